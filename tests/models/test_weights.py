import numpy as np
import pytest

from movieclassifier.features.rows import Rows
from movieclassifier.models.weights import Weights, look_up
from movieclassifier.recipes.names import RECIPES
from tests.support.models import random_classifier

COLUMNS = np.array([2, 5], np.int32)


def small(ratio=True):
    coef = np.zeros((2, 8), np.float32)
    coef[:, COLUMNS] = [[1.0, 2.0], [-1.0, 0.0]]
    return Weights(coef, np.array([0.5, 0.0]), COLUMNS, np.array([[0.1, 0.2], [0.3, 0.4]]) if ratio else None)


def rows(*columns_of_rows):
    lengths = [len(columns) for columns in columns_of_rows]
    columns = np.array([column for columns in columns_of_rows for column in columns], np.int32)
    return Rows(np.ones(len(columns), np.float32), columns, np.cumsum([0, *lengths]).astype(np.int32), 8)


def test_decision_values_are_sums_over_the_columns():
    assert small().decide(rows([2, 5], [], [3, 5], [])).tolist() == [[3.5, -1.0], [0.5, 0.0], [2.5, 0.0], [0.5, 0.0]]


@pytest.mark.parametrize("n_classes", [2, 3])
def test_decision_values_are_those_of_a_matrix_product(n_classes):
    texts = ("a fine film", "so so", "", "never a dull moment")
    classifier = random_classifier(n_classes, texts=texts[:2])
    hashed = classifier.rows(texts)
    expected = hashed.to_csr().astype(float) @ classifier.coef_.T.astype(float) + classifier.intercept_
    np.testing.assert_allclose(classifier.decide(hashed), expected, rtol=1e-12)


def test_columns_with_a_weight_are_counted_for_each_row():
    assert small().n_known(rows([2, 3, 5], [], [1, 4], [5], [])).tolist() == [2, 0, 0, 1, 0]


def test_no_row_is_decided_and_counted():
    assert small().decide(rows()).shape == (0, 2)
    assert small().n_known(rows()).shape == (0,)


def test_ratio_is_0_where_the_training_knew_nothing_and_1_without_a_ratio():
    columns = np.array([5, 0, 7, 2])
    assert small().ratio_at(1, columns).tolist() == [0.4, 0.0, 0.0, 0.3]
    assert small(ratio=False).ratio_at(1, columns).tolist() == [1.0] * 4


def test_look_up_among_no_known_columns_finds_nothing():
    assert look_up(np.empty(0, int), np.empty((2, 0)), np.array([1, 2, 3])).tolist() == [[0.0] * 3] * 2


@pytest.mark.parametrize("part", [1, 2, 100])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_weights_are_looked_up_some_columns_at_a_time(n_classes, part, monkeypatch):
    weights = random_classifier(n_classes, texts=("a fine film", "so so")).weights
    expected = weights.coef[:, weights.columns].tolist()
    columns, ratio = weights.weighted_columns()
    monkeypatch.setattr("movieclassifier.models.weights.PART", part)
    assert weights.at(weights.columns).tolist() == expected
    again = weights.weighted_columns()
    assert again[0].tolist() == columns.tolist()
    assert (ratio is again[1] is None) or again[1].tolist() == ratio.tolist()


def test_columns_that_got_a_weight_later_are_listed_with_a_ratio_of_0():
    weights = small()
    weights.coef[0, 3] = 1
    columns, ratio = weights.weighted_columns()
    assert columns.tolist() == [2, 3, 5]
    assert ratio.tolist() == [[0.1, 0.0, 0.2], [0.3, 0.0, 0.4]]


@pytest.mark.parametrize("ratio", [True, False])
def test_weights_cover_later_columns_only_without_a_ratio(ratio):
    weights = small(ratio)
    weights.coef[0, 3] = 1
    weights.cover()
    assert weights.columns.tolist() == ([2, 5] if ratio else [2, 3, 5])


def test_a_copy_learns_on_its_own():
    weights = random_classifier(recipe=RECIPES["book"]).weights
    before, copied = weights.sha256(), weights.copy()
    copied.coef[0, 0] += 1
    copied.intercept[0] += 1
    assert weights.sha256() == before != copied.sha256()


@pytest.mark.parametrize("pure_python", ["0", "1"])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_an_answer_has_the_same_bits_alone_and_among_many(n_classes, pure_python, monkeypatch):
    monkeypatch.setenv("MOVIECLASSIFIER_PURE_PYTHON", pure_python)
    lengths = (*range(40), 150, 700)
    texts = tuple(" ".join(f"word{number * 7 % 301}" for number in range(length)) for length in lengths)
    classifier = random_classifier(n_classes, texts=texts)
    alone = np.concatenate([classifier.predict_proba([text]) for text in texts])
    assert classifier.predict_proba(texts).tobytes() == alone.tobytes()
    decided = np.concatenate([classifier.decide(classifier.rows([text])) for text in texts])
    assert classifier.decide(classifier.rows(texts)).tobytes() == decided.tobytes()
