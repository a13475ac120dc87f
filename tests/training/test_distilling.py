"""The stages of a distillation are gone on with in the same run alone, and the student is a model like all others."""

from dataclasses import replace

import numpy as np
import pytest

from movieclassifier.models.classifier import Classifier
from movieclassifier.recipes.names import make_recipe
from movieclassifier.training.distilling import (
    NETWORK_BYTES,
    Student,
    fit_student,
    label_texts,
    make_classifier,
    memory_bound,
    open_stages,
    read_labels,
)
from movieclassifier.training.row_store import hash_block
from movieclassifier.training.teachers.lessons import Lessons, Stages
from tests.support.soft_layers import NGRAMS, fitted


@pytest.mark.parametrize("classes", [2, 3])
def test_the_classifier_decides_as_the_linear_layer(tmp_path, classes):
    linear, names = fitted(tmp_path, classes)
    recipe = make_recipe("student", n_features=NGRAMS.n_features)
    classifier = make_classifier(linear, Student(recipe, tuple(range(classes)), tuple(names)), 1, 7)
    assert isinstance(classifier, Classifier)
    texts = ["a great film", "dull", "", "nothing known"]
    values = classifier.decision_function(texts).reshape(len(texts), -1)
    np.testing.assert_allclose(values, linear.decide(hash_block(texts, NGRAMS)), atol=1e-5)


PLAN = {"seed": 1, "recipe": {"ngram_range": (1, 2)}}


def test_stages_of_the_same_run_are_gone_on_with(tmp_path):
    open_stages(str(tmp_path), PLAN, resume=False).keep("count", {"n": np.arange(3)})
    assert open_stages(str(tmp_path), PLAN, resume=True).has("count")
    assert not open_stages(str(tmp_path), PLAN, resume=False).has("count")


def test_stages_of_a_different_run_are_refused_by_what_differs(tmp_path):
    open_stages(str(tmp_path), PLAN, resume=False)
    with pytest.raises(ValueError, match="is of a run with a different seed, teacher; start without resume=True"):
        open_stages(str(tmp_path), PLAN | {"seed": 2, "teacher": "cnn"}, resume=True)


@pytest.fixture
def lessons(tmp_path):
    labelled = [(f"a {('dull', 'great')[i % 2]} film {i}", i % 2) for i in range(40)]
    unlabelled = [f"a {('dull', 'great')[i % 2]} story {i}" for i in range(40)]
    return Lessons(labelled, unlabelled, np.arange(40) % 2, 40, 2, Stages(tmp_path))


STUDENT = Student(make_recipe("student", n_features=2**10, ngram_range=(1, 1)), ("bad", "good"), ("bad", "good"))


def test_student_learns_words_from_texts_without_labels(lessons):
    soft = label_texts(
        lessons, lambda texts: np.array([[0.1, 0.9] if "great" in text else [0.9, 0.1] for text in texts])
    )
    assert soft.shape == (40, 2)
    student = fit_student(lessons, soft, STUDENT)
    assert student.predict(["a great story", "a dull story"]).tolist() == ["good", "bad"]
    assert student.recipe.name == "student"


def test_few_columns_are_fitted_again_without_the_rest(lessons):
    soft = label_texts(
        lessons, lambda texts: np.array([[0.1, 0.9] if "great" in text else [0.9, 0.1] for text in texts])
    )
    student = fit_student(lessons, soft, STUDENT)
    small = fit_student(lessons, soft, STUDENT, n_keep=3)
    assert len(small.columns) == 3
    assert set(small.columns) < set(student.columns)
    assert (small.coef_[:, small.columns] != student.coef_[:, small.columns]).all()
    assert fit_student(lessons, soft, STUDENT, n_keep=10**6).columns.tolist() == student.columns.tolist()


def test_labels_of_a_file_are_read_once(lessons):
    rows = [[0.25, 0.75]] * 40
    assert read_labels(lessons, lambda: rows).tolist() == rows
    assert read_labels(lessons, lambda: 1 / 0).tolist() == rows


def test_bound_of_the_memory_grows_with_the_texts(lessons):
    more = replace(lessons, n_unlabelled=10**6)
    assert memory_bound(more, STUDENT.recipe) - memory_bound(lessons, STUDENT.recipe) == (10**6 - 40) * 40


def test_bound_of_the_memory_has_room_for_a_network(lessons):
    with_network = memory_bound(lessons, STUDENT.recipe, with_network=True)
    assert with_network == memory_bound(lessons, STUDENT.recipe) + NETWORK_BYTES
