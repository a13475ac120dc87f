"""What a distillation leaves for the report: where teacher and student disagree, and the words that were learned."""

import json

import numpy as np
import pytest

from movieclassifier.features.hashing import hash_texts
from movieclassifier.reports.distilled_run import (
    N_EXAMPLES,
    NAME,
    SHOWN,
    count_agreement,
    describe_distillation,
    load_distillation,
    save_distillation,
)
from tests.support.models import SMALL, random_classifier

TEXTS = [f"word{i} word{i + 1} " + "x" * (500 if i == 0 else 1) for i in range(20)]
Y = np.arange(20) % 2


@pytest.fixture
def student():
    found = random_classifier(texts=tuple(TEXTS))
    found.metadata["distilled"] = {"teacher": "vectors"}
    return found


def described(student, proba):
    alone = (np.empty(0, np.int32), np.empty((1, 0), np.float32))
    tested = (lambda: zip(TEXTS, Y.tolist(), strict=True), Y, proba)
    return describe_distillation(student, alone, TEXTS, tested)


def test_agreement_is_counted():
    teacher, student = np.eye(2)[[0, 1, 0, 1]], np.eye(2)[[0, 0, 1, 1]]
    y = np.array([0, 1, 1, 0])
    assert count_agreement(y, teacher, student) == {"both": 1, "teacher": 1, "student": 1, "neither": 1}


def test_examples_are_those_that_differ_most_and_are_cut(student):
    teacher = np.stack([np.linspace(1, 0, 20), np.linspace(0, 1, 20)], axis=1)
    facts = described(student, {"teacher": teacher, "student": teacher[:, ::-1]})
    assert sum(facts["counts"].values()) == 20
    texts = [example["text"] for example in facts["examples"]]
    assert len(texts) == N_EXAMPLES
    assert texts[0] == TEXTS[0][:SHOWN] + "…"
    assert texts[1] == TEXTS[19]
    assert facts["examples"][0]["teacher"] == [1.0, 0.0]


def test_without_a_teacher_there_are_words_alone(student):
    facts = described(student, {"student": np.eye(2)[Y]})
    assert set(facts) == {"names", "words"}
    known = set(hash_texts(TEXTS, SMALL.ngrams).columns.tolist())
    assert known
    for words in facts["words"]:
        weights = [word["weight"] for word in words]
        assert weights
        assert all(weight > 0 for weight in weights)


def test_words_are_those_that_the_labels_alone_did_not_teach(student):
    weights = student.weights
    alone = (weights.columns, weights.coef[:, weights.columns])
    facts = describe_distillation(student, alone, TEXTS, (lambda: (), Y, {"student": np.eye(2)[Y]}))
    assert facts["words"] == [[], []]


@pytest.mark.parametrize(("factor", "gains"), [(2.0, []), (0.5, [0.5, 0.5]), (-1.0, [2.0, 2.0])])
def test_an_ngram_whose_weight_shrank_does_not_speak_for_the_other_class(student, factor, gains):
    weights = student.weights
    alone = (weights.columns, factor * weights.coef[:, weights.columns])
    facts = describe_distillation(student, alone, TEXTS, (lambda: (), Y, {"student": np.eye(2)[Y]}))
    largest = np.abs(weights.coef).max()
    for words, gain in zip(facts["words"], gains, strict=False):
        assert all(0 < word["weight"] <= gain * largest + 1e-3 for word in words)
    assert [bool(words) for words in facts["words"]] == [bool(gains)] * 2
    # A word is told for the class that its weight speaks for.
    for sign, words in zip((-1, 1), facts["words"], strict=True):
        for word in words:
            told = {part.ngram: part.value for part in student.explain(word["ngram"], 1).contributions}
            assert sign * told[word["ngram"]] > 0


def test_facts_come_back_beside_a_distilled_model_alone(tmp_path, student):
    facts = described(student, {"student": np.eye(2)[Y]})
    save_distillation(tmp_path, facts)
    assert load_distillation(tmp_path, student) == facts
    assert load_distillation(tmp_path / "classifier.npz", student) == facts
    assert json.loads((tmp_path / NAME).read_text("utf-8")) == facts
    assert load_distillation(tmp_path, random_classifier()) is None
    assert load_distillation(tmp_path / "elsewhere" / "classifier.npz", student) is None
