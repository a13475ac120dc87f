"""The evidence of an answer: the weights at the text's columns. They are stored, and explained when they are read."""

import json
import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from movieclassifier.features.hashing import hash_texts
from movieclassifier.features.ngrams import NGrams
from movieclassifier.features.rows import Rows
from movieclassifier.feedback.log.stored import inflate, taking_apart
from movieclassifier.feedback.packed_rows import ngrams_key
from movieclassifier.models.explanation import Contribution, Explanation, Side, explain_weights

MARK = 1  # the first byte; explanations of schema 1 were compressed JSON, whose first byte is 0x78
HEADER = struct.Struct("<B8sbdH")


@dataclass(frozen=True)
class Evidence:
    """The weights that decided, and the class that they speak for.

    Attributes
    ----------
    side : Side
    ngrams : NGrams
        The settings that the text was hashed with.
    weights : ndarray of shape (n,)
        At the columns of the text.
    """

    side: Side
    ngrams: NGrams
    weights: NDArray[np.floating]

    def explain(self, text: str, rows: Rows | None = None) -> Explanation:
        """Return the explanation, without the n-grams that contributed nothing."""
        rows = hash_texts([text], self.ngrams) if rows is None else rows
        return explain_weights(text, rows, self.ngrams, self.weights, self.side, keep_zeros=False)

    def pack(self) -> bytes:
        """Return it as bytes, four per column."""
        label = json.dumps(self.side.label).encode()
        header = HEADER.pack(MARK, ngrams_key(self.ngrams), self.side.sign, self.side.intercept, len(label))
        return header + label + self.weights.astype(f"<f{self.weights.dtype.itemsize}").tobytes()


@taking_apart("an explanation")
def read_explanation(text: str, packed: bytes | None, ngrams: NGrams) -> Explanation | None:
    """Return the explanation of a stored answer; None where it was made with different settings of hashing."""
    if not packed:
        return None
    if packed[0] != MARK:
        return _unpack_made(text, packed)
    evidence = _unpack(packed, ngrams)
    return None if evidence is None else evidence.explain(text)


@taking_apart("an explanation")
def count_known(text: str, packed: bytes | None, ngrams: NGrams) -> int | None:
    """Return how many columns of a stored answer had a weight; None where that is not known."""
    if packed and packed[0] != MARK:
        return _unpack_made(text, packed).n_known
    evidence = _unpack(packed, ngrams) if packed else None
    return None if evidence is None else int(np.count_nonzero(evidence.weights))


def _unpack(packed: bytes, ngrams: NGrams) -> Evidence | None:
    _, key, sign, intercept, n = HEADER.unpack_from(packed)
    if key != ngrams_key(ngrams):
        return None
    end = HEADER.size + n
    weights = np.frombuffer(packed, f"<f{np.dtype(ngrams.dtype).itemsize}", offset=end)
    return Evidence(Side(json.loads(packed[HEADER.size : end]), sign, intercept), ngrams, weights)


def _unpack_made(text: str, packed: bytes) -> Explanation:
    """Return an explanation that a log of schema 1 holds."""
    label, _, decision, intercept, parts = json.loads(inflate(packed))
    contributions = tuple(
        Contribution(ngram, value, column, tuple((start, end) for start, end in spans), tuple(others))
        for ngram, value, column, spans, others in parts
    )
    return Explanation(text, label, decision, intercept, contributions)
