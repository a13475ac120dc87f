"""An answer is explained later as it was made, from the bytes that are stored with it."""

import json
import zlib

import numpy as np
import pytest

from movieclassifier.features.hashing import hash_texts
from movieclassifier.features.ngrams import NGrams
from movieclassifier.feedback.evidence import Evidence, count_known, read_explanation
from movieclassifier.models.explanation import Side

TEXT = "a good film, a good story"


def evidence_of(ngrams, label="good", sign=-1):
    columns = hash_texts([TEXT], ngrams).columns
    weights = np.random.RandomState(0).normal(size=len(columns)).astype(ngrams.dtype)
    weights[::3] = 0
    return Evidence(Side(label, sign, 0.25), ngrams, weights)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("label", ["good", 1, "ünser"])
def test_a_stored_explanation_is_the_one_that_was_made(dtype, label):
    evidence = evidence_of(NGrams(n_features=2**12, dtype=dtype), label)
    packed = evidence.pack()
    assert read_explanation(TEXT, packed, evidence.ngrams) == evidence.explain(TEXT)
    assert count_known(TEXT, packed, evidence.ngrams) == np.count_nonzero(evidence.weights)


def test_what_contributed_nothing_is_left_out():
    explanation = evidence_of(NGrams(n_features=2**12)).explain(TEXT)
    assert explanation.contributions
    assert all(part.value for part in explanation.contributions)


def test_an_answer_of_different_settings_has_no_explanation():
    packed = evidence_of(NGrams(n_features=2**12)).pack()
    other = NGrams(n_features=2**13)
    assert read_explanation(TEXT, packed, other) is count_known(TEXT, packed, other) is None
    assert read_explanation(TEXT, None, other) is count_known(TEXT, None, other) is None


def test_explanations_of_the_first_schema_are_read():
    made = ["good", 3, 1.5, -0.5, [["film", 2.0, 7, [[7, 11]], ["a good"]]]]
    packed = zlib.compress(json.dumps(made).encode())
    explanation = read_explanation(TEXT, packed, NGrams())
    assert (explanation.label, explanation.decision, explanation.intercept) == ("good", 1.5, -0.5)
    assert explanation.contributions[0].shares_column_with == ("a good",)
    assert explanation.contributions[0].spans == ((7, 11),)
    assert count_known(TEXT, packed, NGrams()) == 1
