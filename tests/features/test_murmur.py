"""Hashes and columns are those of scikit-learn."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction import FeatureHasher
from sklearn.utils.murmurhash import murmurhash3_32

from movieclassifier.features.murmur import murmur_hashes, ngram_columns


@pytest.mark.parametrize("n_features", [1, 7, 2**22, 2**31 - 1])
@given(ngrams=st.lists(st.text(min_size=1), min_size=1, unique=True))
def test_columns_are_those_of_feature_hasher(n_features, ngrams):
    ngrams = [ngram for ngram in ngrams if not any("\ud800" <= character <= "\udfff" for character in ngram)]
    hasher = FeatureHasher(n_features, input_type="string")
    expected = {ngram: hasher.transform([[ngram]]).indices[0] for ngram in ngrams}
    assert ngram_columns(ngrams, n_features) == expected


def test_hashes_of_many_keys_are_those_of_scikit_learn():
    rng = random.Random(0)
    lengths = (*range(20), 31, 32, 33, 63, 64, 65, 127, 255, 256, 257, 5000)
    keys = [rng.randbytes(length) for length in lengths for _ in range(20)]
    assert murmur_hashes(keys).tolist() == [murmurhash3_32(key) for key in keys]
    assert murmur_hashes([]).tolist() == []
