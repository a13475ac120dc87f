"""Rows come back from their bytes, where they are rows of the same settings."""

import numpy as np
import pytest

from movieclassifier.features.hashing import hash_texts
from movieclassifier.features.ngrams import NGrams
from movieclassifier.feedback.packed_rows import is_packed, is_uniform, pack_row, text_rows, unpack_rows
from tests.support.services import TEXTS

KINDS = {
    "binary": NGrams(n_features=2**12),
    "counts": NGrams(n_features=2**12, binary=False),
    "signs": NGrams(n_features=2**12, alternate_sign=True),
    "64 bits": NGrams(n_features=2**12, dtype="float64"),
}


def rows_of(text, ngrams):
    return text_rows(hash_texts([text], ngrams), ngrams)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_come_back_from_their_bytes(kind):
    ngrams = KINDS[kind]
    texts = [TEXTS[0], "", "good good bad", TEXTS[1]]
    found = unpack_rows([pack_row(rows_of(text, ngrams), ngrams) for text in texts], ngrams)
    together = hash_texts(texts, ngrams)
    assert found.lengths.tolist() == together.lengths.tolist()
    assert found.columns.tolist() == together.columns.tolist()
    values = np.repeat(found.values, found.lengths) if is_uniform(ngrams) else found.values
    assert values.tobytes() == together.data.tobytes()


@pytest.mark.parametrize("kind", KINDS)
def test_bytes_of_different_settings_are_not_rows_of_these(kind):
    packed = pack_row(rows_of(TEXTS[0], KINDS[kind]), KINDS[kind])
    assert [other for other in KINDS if is_packed(packed, KINDS[other])] == [kind]
    for damaged in (None, b"", packed[:5], packed[:-1], packed + b"\0"):
        assert not is_packed(damaged, KINDS[kind])
