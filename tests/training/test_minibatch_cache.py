"""Minibatches come back from their file as they went in, and a file that was touched is refused in one line."""

import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from movieclassifier.features.hashing import hash_texts
from movieclassifier.features.ngrams import NGrams
from movieclassifier.features.rows import EvenRows, Rows
from movieclassifier.training.minibatch_cache import MinibatchCache

words = st.lists(st.sampled_from(["great", "bad", "movie", "of", "the"])).map(" ".join)


minibatches_of_texts = st.lists(st.lists(words, min_size=1, max_size=4), max_size=12)

N_FEATURES = 50


def minibatches(binary, n=4, dtype=np.float32):
    rng = np.random.RandomState(0)
    for _ in range(n):
        lengths = rng.randint(0, 6, 7)
        indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        values = np.repeat(rng.uniform(size=7), lengths) if binary else rng.uniform(size=lengths.sum())
        columns = rng.randint(0, N_FEATURES, lengths.sum()).astype(np.int32)
        yield Rows(values.astype(dtype), columns, indptr, N_FEATURES), rng.randint(0, 3, 7)


def filled(path, binary=True, dtype="float32"):
    cache = MinibatchCache(path, N_FEATURES, dtype, binary)
    for rows, y in minibatches(binary, dtype=dtype):
        cache.append(rows, y)
    return cache


@pytest.mark.parametrize("binary", [True, False])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_minibatches_come_back_in_any_order(binary, dtype, tmp_path):
    expected = list(minibatches(binary, dtype=dtype))
    with filled(tmp_path / "cache", binary, dtype) as cache:
        assert len(cache) == 4
        for place in (2, 0, 3, 1, 2):
            rows, y = cache.read(place)
            assert y.tolist() == expected[place][1].tolist()
            for name in ("data", "columns", "indptr"):
                assert getattr(rows, name).tobytes() == getattr(expected[place][0], name).tobytes()
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("binary", [True, False])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_mapped_file_gives_the_same_minibatches(binary, dtype, tmp_path):
    filled(tmp_path / "cache", binary, dtype).close()
    cache = MinibatchCache(tmp_path / "cache", N_FEATURES, dtype, binary, 4, mapped=True)
    found = [cache.read(place) for place in range(4)]
    cache.close()
    for (rows, y), (expected, labels) in zip(found, minibatches(binary, dtype=dtype), strict=True):
        assert y.tolist() == labels.tolist()
        for name in ("data", "columns", "indptr"):
            array = getattr(rows, name)
            assert array.flags.aligned
            assert array.tobytes() == getattr(expected, name).tobytes()


def test_a_file_that_cannot_be_mapped_is_closed(tmp_path, monkeypatch):
    def fail(*args, **kwargs):
        raise OSError("no room in memory")

    filled(tmp_path / "cache").close()
    monkeypatch.setattr("movieclassifier.training.minibatch_cache.mmap.mmap", fail)
    with pytest.raises(OSError, match="no room in memory") as failed:
        MinibatchCache(tmp_path / "cache", N_FEATURES, "float32", True, 4, mapped=True)
    assert failed.traceback[1].frame.f_locals["self"]._file.closed


def test_even_rows_are_written_as_others_are(tmp_path):
    for name, even in (("even", True), ("cache", False)):
        with MinibatchCache(tmp_path / name, N_FEATURES, "float32", True) as cache:
            for rows, y in minibatches(True):
                values = np.zeros(len(rows), np.float32)
                values[rows.lengths > 0] = rows.data[rows.indptr[:-1][rows.lengths > 0]]
                cache.append(EvenRows(values, rows.columns, rows.indptr, N_FEATURES) if even else rows, y)
            cache.flush()
            content = cache.path.read_bytes()
        if even:
            expected = content
    assert content == expected


def test_what_follows_the_kept_minibatches_is_cut_off(tmp_path):
    filled(tmp_path / "cache").close()
    cache = MinibatchCache(tmp_path / "cache", N_FEATURES, "float32", True, 2)
    rows, y = next(minibatches(True))
    cache.append(rows, y)
    assert cache.read(2)[0].data.tobytes() == rows.data.tobytes()
    cache.close()


def test_every_byte_that_was_changed_is_noticed(tmp_path):
    filled(tmp_path / "cache").close()
    content = (tmp_path / "cache").read_bytes()
    for place in range(0, len(content), 3):
        changed = bytearray(content)
        changed[place] ^= 1 << place % 8
        (tmp_path / "cache").write_bytes(changed)
        with pytest.raises(ValueError, match="start again without resume=True"):
            read_all(tmp_path / "cache")
    (tmp_path / "cache").write_bytes(content)
    read_all(tmp_path / "cache")


def read_all(path, n_features=N_FEATURES, dtype="float32", binary=True):
    cache = MinibatchCache(path, n_features, dtype, binary, 4)
    try:
        for place in range(4):
            cache.read(place)
    finally:
        cache.close()


@pytest.mark.parametrize("other", [{"n_features": 49}, {"dtype": "float64"}, {"binary": False}], ids=str)
def test_cache_of_different_columns_is_refused(other, tmp_path):
    filled(tmp_path / "cache").close()
    with pytest.raises(ValueError, match="start again without resume=True"):
        read_all(tmp_path / "cache", **other)


def test_missing_and_short_files_are_refused(tmp_path):
    with pytest.raises(ValueError, match="is gone, which the checkpoint needs"):
        MinibatchCache(tmp_path / "cache", N_FEATURES, "float32", True, 1)
    filled(tmp_path / "cache").close()
    os.truncate(tmp_path / "cache", (tmp_path / "cache").stat().st_size - 1)
    with pytest.raises(ValueError, match="shorter than its checkpoint says"):
        MinibatchCache(tmp_path / "cache", N_FEATURES, "float32", True, 4)


def test_nameless_file_leaves_nothing(tmp_path):
    with MinibatchCache(tmp_path / "cache", N_FEATURES, "float32", True, nameless=True) as cache:
        cache.append(*next(minibatches(True)))
        assert list(tmp_path.iterdir()) == []
        assert len(cache.read(0)[1]) == 7


@pytest.mark.parametrize("binary", [True, False])
@pytest.mark.parametrize(
    "forged",
    [
        {"columns": np.array([7, N_FEATURES], np.int32)},
        {"columns": np.array([-1, 7], np.int32)},
        {"indptr": np.array([0, -1, 2], np.int32)},
        {"indptr": np.array([0, 5, 9], np.int32)},
        {"indptr": np.array([1, 1, 3], np.int32)},
        {"data": np.array([np.nan, np.nan], np.float32)},
        {"y": np.array([0, -1])},
    ],
    ids=lambda forged: " ".join(f"{name} {array.tolist()}" for name, array in forged.items()),
)
def test_arrays_that_do_not_fit_together_are_refused_with_any_checksum(forged, binary, tmp_path):
    parts = {
        "y": np.array([0, 1]),
        "indptr": np.array([0, 1, 2]),
        "columns": np.array([3, 7]),
        "data": np.full(2, 0.5, np.float32),
    } | forged
    content = [parts.pop("data").tobytes()]
    content = [array.astype(np.int32).tobytes() for array in parts.values()] + content
    settings, header = (tmp_path / "cache", N_FEATURES, "float32", binary), [2, 2, 2]
    with MinibatchCache(*settings) as cache:
        checked = np.array([*header, cache._checksum(header, *content)], np.int64).tobytes()
    (tmp_path / "cache").write_bytes(checked + b"".join(content))
    with MinibatchCache(*settings, 1) as cache, pytest.raises(ValueError, match="is damaged, or of a different recipe"):
        cache.read(0)


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
