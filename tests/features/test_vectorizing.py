import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from movieclassifier.features.ngrams import NGrams
from movieclassifier.features.vectorizing import iter_vectorized
from movieclassifier.recipes.linear import Recipe
from movieclassifier.vectorizer import make_vectorizer

NGRAMS = NGrams(n_features=2**10)
words = st.lists(st.sampled_from(["great", "bad", "movie", "of", "the"])).map(" ".join)
minibatches_of_texts = st.lists(st.lists(words, min_size=1, max_size=4), max_size=12)


def test_closing_ends_the_threads():
    before = threading.active_count()
    endless = ((["a text"], [0]) for _ in iter(int, 1))
    vectorized = iter_vectorized(endless, NGRAMS, (0, 1), n_threads=3)
    next(vectorized)
    assert threading.active_count() > before
    vectorized.close()
    assert threading.active_count() == before


@given(minibatches_of_texts, st.integers(0, 4))
@settings(max_examples=25, deadline=None)
def test_vectorized_minibatches_keep_their_order_and_bits(minibatches, n_threads):
    labelled = [(texts, ["b"] * len(texts)) for texts in minibatches]
    found = list(iter_vectorized(labelled, NGRAMS, ("a", "b"), n_threads))
    assert len(found) == len(minibatches)
    for texts, (rows, y) in zip(minibatches, found, strict=True):
        assert (make_vectorizer(Recipe(ngrams=NGRAMS)).transform(texts) != rows.to_csr()).nnz == 0
        assert y.tolist() == [1] * len(texts)


def test_without_threads_nothing_is_read_ahead():
    before, asked = threading.active_count(), []
    endless = (asked.append(1) or (["a text"], [0]) for _ in iter(int, 1))
    next(iter_vectorized(endless, NGRAMS, (0, 1), n_threads=0))
    assert (threading.active_count(), asked) == (before, [1])


def test_unknown_labels_and_sizes_are_refused():
    with pytest.raises(ValueError, match="a label must be one of 0, 1; got 2"):
        list(iter_vectorized([(["a text"], [2])], NGRAMS, (0, 1)))
    with pytest.raises(ValueError, match="n_threads must be at least 0; got -1"):
        iter_vectorized([], NGRAMS, (0, 1), n_threads=-1)
