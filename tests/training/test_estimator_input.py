"""Texts and labels as scikit-learn passes them, or an error that says what is wrong."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from movieclassifier.training.estimator_input import check_documents, check_texts, is_int, plain_classes


@pytest.mark.parametrize(
    "texts", [["a", "b"], ("a", "b"), np.array(["a", "b"]), np.array(["a", "b"], object), iter(["a", "b"])]
)
def test_any_sequence_of_str_becomes_a_list_of_str(texts):
    found = check_texts(texts)
    assert found == ["a", "b"]
    assert {type(text) for text in found} == {str}


@pytest.mark.parametrize(
    ("texts", "error", "message"),
    [
        ("a text", TypeError, r"got one str; pass \[text\]"),
        (b"a text", TypeError, "got one str"),
        (["a", 7], TypeError, "got int at position 1"),
        (csr_matrix((2, 2)), TypeError, "sparse input is not supported"),
        (np.array([["a"], ["b"]]), ValueError, r"got an array of shape \(2, 1\)"),
    ],
)
def test_anything_else_is_refused(texts, error, message):
    with pytest.raises(error, match=message):
        check_texts(texts)


@pytest.mark.parametrize(
    ("texts", "labels", "message"),
    [
        (["a"], None, "y is None"),
        (["a"], [1, 2], "the same length; got 1 and 2"),
        ([], [], "at least one document"),
        (["a", "b"], [0.5, 1.5], "Unknown label type"),
    ],
)
def test_labels_are_those_of_classes_and_as_many(texts, labels, message):
    with pytest.raises(ValueError, match=message):
        check_documents(texts, labels)


@pytest.mark.parametrize(
    ("classes", "kept"),
    [([0, 1], (0, 1)), (["a", "b"], ("a", "b")), ([False, True], (0, 1)), ([0.0, 1.0], (0, 1))],
)
def test_model_keeps_integers_and_texts_and_positions_of_anything_else(classes, kept):
    found = plain_classes(np.array(classes))
    assert found == kept
    assert {type(label) for label in found} <= {int, str}


def test_truth_is_not_an_integer():
    assert [is_int(value) for value in (1, np.int64(1), True, 1.0, "1")] == [True, True, False, False, False]
