import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction import FeatureHasher

from movieclassifier.features.hashing import ngram_columns


@pytest.mark.parametrize("n_features", [1, 7, 2**22, 2**31 - 1])
@given(ngrams=st.lists(st.text(min_size=1), min_size=1, unique=True))
def test_columns_are_those_of_feature_hasher(n_features, ngrams):
    ngrams = [ngram for ngram in ngrams if not any("\ud800" <= character <= "\udfff" for character in ngram)]
    hasher = FeatureHasher(n_features, input_type="string")
    expected = {ngram: hasher.transform([[ngram]]).indices[0] for ngram in ngrams}
    assert ngram_columns(ngrams, n_features) == expected
