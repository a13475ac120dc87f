import sys
import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from movieclassifier.features.hashing import hash_texts
from movieclassifier.features.ngrams import NGrams
from movieclassifier.features.vectorizing import iter_vectorized
from movieclassifier.recipes.linear import Recipe
from movieclassifier.system.ahead import import_ahead, read_ahead
from movieclassifier.training.minibatch_cache import MinibatchCache
from movieclassifier.vectorizer import make_vectorizer

NGRAMS = NGrams(n_features=2**10)
words = st.lists(st.sampled_from(["great", "bad", "movie", "of", "the"])).map(" ".join)
minibatches_of_texts = st.lists(st.lists(words, min_size=1, max_size=4), max_size=12)


@given(st.lists(st.integers()), st.integers(1, 5))
def test_reading_ahead_changes_nothing(items, size):
    assert list(read_ahead(items, size)) == items


def test_reading_is_ahead_but_bounded():
    read = []
    ahead = read_ahead((read.append(i) or i for i in range(100)), size=3)
    assert next(ahead) == 0
    time.sleep(0.2)
    assert 2 <= len(read) <= 5
    ahead.close()


def test_an_exception_comes_after_the_items_before_it():
    def failing():
        yield 1
        raise OSError("the disk is gone")

    ahead = read_ahead(failing())
    assert next(ahead) == 1
    with pytest.raises(OSError, match="the disk is gone"):
        next(ahead)


def test_closing_ends_the_threads():
    before = threading.active_count()
    endless = ((["a text"], [0]) for _ in iter(int, 1))
    vectorized = iter_vectorized(endless, NGRAMS, (0, 1), n_threads=3)
    next(vectorized)
    assert threading.active_count() > before
    vectorized.close()
    assert threading.active_count() == before


@given(minibatches_of_texts, st.integers(1, 4))
@settings(max_examples=25, deadline=None)
def test_vectorized_minibatches_keep_their_order_and_bits(minibatches, n_threads):
    labelled = [(texts, ["b"] * len(texts)) for texts in minibatches]
    found = list(iter_vectorized(labelled, NGRAMS, ("a", "b"), n_threads))
    assert len(found) == len(minibatches)
    for texts, (rows, y) in zip(minibatches, found, strict=True):
        assert (make_vectorizer(Recipe(ngrams=NGRAMS)).transform(texts) != rows.to_csr()).nnz == 0
        assert y.tolist() == [1] * len(texts)


def test_unknown_labels_and_sizes_are_refused():
    with pytest.raises(ValueError, match="a label must be one of 0, 1; got 2"):
        list(iter_vectorized([(["a text"], [2])], NGRAMS, (0, 1)))
    with pytest.raises(ValueError, match="n_threads must be at least 1; got 0"):
        iter_vectorized([], NGRAMS, (0, 1), n_threads=0)
    with pytest.raises(ValueError, match="size must be at least 1; got 0"):
        read_ahead([], 0)


@pytest.mark.parametrize("ngrams", [NGrams(n_features=2**10), NGrams(n_features=2**10, binary=False, dtype="float64")])
@given(minibatches=minibatches_of_texts)
@settings(max_examples=25, deadline=None)
def test_cache_gives_the_same_bits_back_at_any_place(ngrams, minibatches, tmp_path_factory):
    path = tmp_path_factory.mktemp("cache") / "minibatches.cache"
    written = [(hash_texts(texts, ngrams), np.arange(len(texts))) for texts in minibatches]
    half = len(written) // 2
    with MinibatchCache(path, ngrams.n_features, ngrams.dtype, ngrams.binary) as cache:
        for rows, y in written:
            cache.append(rows, y)
        cache.flush()
        # Another opens the first half and goes on from there.
        with MinibatchCache(path, ngrams.n_features, ngrams.dtype, ngrams.binary, n_kept=half) as again:
            for rows, y in written[half:]:
                again.append(rows, y)
            assert len(again) == len(written)
            for place in reversed(range(len(written))):
                rows, y = again.read(place)
                expected, labels = written[place]
                for part in ("data", "columns", "indptr"):
                    assert getattr(rows, part).dtype == getattr(expected, part).dtype
                    assert getattr(rows, part).tobytes() == getattr(expected, part).tobytes()
                assert y.tolist() == labels.tolist()
    assert not path.exists()


def test_a_module_is_imported_ahead_and_a_missing_one_is_no_error():
    started = set(threading.enumerate())
    for module in ("colorsys", "no_such_module"):
        sys.modules.pop(module, None)
        import_ahead(module)
    for thread in set(threading.enumerate()) - started:
        thread.join()
    assert "colorsys" in sys.modules
