"""Caches of shards: made again where they are gone, and holding each column of a shard once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.features.rows import Rows
from movieclassifier.system.compiled import numbering_twin
from movieclassifier.training.shards import caches
from movieclassifier.training.shards.caches import LiveColumns, drop_caches, open_live
from movieclassifier.training.shards.tasks import count_shards, step_shards
from tests.support.shards import documents, settings_of, shards_of, weights_after


def test_the_columns_of_a_shard_are_counted_once_and_numbered_as_they_occur(tmp_path):
    (shard,) = shards_of(tmp_path / "shards.jsonl", documents(60))
    settings = settings_of(tmp_path)
    counts = count_shards([shard], settings)
    live = LiveColumns(counts.columns[::2], settings.recipe.ngrams.n_features)
    with open_live(shard, settings, live) as (cache, columns):
        found = np.concatenate([cache.read(number)[0].columns for number in range(len(cache))])
    np.testing.assert_array_equal(np.sort(columns.places), np.arange(len(live.columns)))
    np.testing.assert_array_equal(columns.frequency, counts.counts[::2].sum(axis=1)[columns.places])
    np.testing.assert_array_equal(np.bincount(found), columns.frequency)
    (tmp_path / "movieclassifier-r" / f"0-live-{live.digest}.npy").unlink()
    with open_live(shard, settings, live) as (_, again):  # a worker was killed between its two files
        np.testing.assert_array_equal(again.places, columns.places)


def test_a_cache_that_is_gone_is_made_again(tmp_path):
    shards = shards_of(tmp_path / "shards.jsonl", documents(15), documents(15, 1))
    settings = settings_of(tmp_path / "cache")
    weights = weights_after(count_shards(shards, settings), settings)
    expected = step_shards(shards, settings, weights, 0)
    drop_caches(settings)
    assert not list((tmp_path / "cache").iterdir())
    found = step_shards(shards, settings, weights, 0)
    np.testing.assert_array_equal(found.sums, expected.sums)
    np.testing.assert_array_equal(found.intercepts, expected.intercepts)


@pytest.mark.skipif(numbering_twin() is None, reason="there is no compiled twin here")
@given(st.integers(0, 2**32 - 1), st.sampled_from([np.float32, np.float64]))
def test_the_compiled_numbering_keeps_what_the_definition_keeps(seed, dtype):
    rng = np.random.RandomState(seed)
    live = LiveColumns(np.flatnonzero(rng.rand(50) < 0.6).astype(np.int32), 50)
    numberings = [caches._Numbering(live), caches._CompiledNumbering(live)]
    for _ in range(3):
        lengths = rng.randint(0, 9, 5)
        indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        rows = Rows(rng.rand(indptr[-1]).astype(dtype), rng.randint(0, 50, indptr[-1]).astype(np.int32), indptr, 50)
        one, other = (numbering.keep(rows) for numbering in numberings)
        np.testing.assert_array_equal(one.indptr, other.indptr)
        np.testing.assert_array_equal(one.data, other.data)
        columns = [numbering.found()[kept.columns] for numbering, kept in zip(numberings, (one, other), strict=True)]
        np.testing.assert_array_equal(*columns)
    counts = [dict(zip(each.found(), each.frequency[: each.n], strict=True)) for each in numberings]
    assert counts[0] == counts[1]


@pytest.mark.skipif(numbering_twin() is None, reason="there is no compiled twin here")
@pytest.mark.parametrize(("columns", "indptr"), [([9], [0, 1]), ([-1], [0, 1]), ([1], [0, 2]), ([1, 2], [0, 2, 1, 2])])
def test_arrays_that_do_not_fit_are_refused(columns, indptr):
    numbering = caches._CompiledNumbering(LiveColumns(np.arange(5, dtype=np.int32), 9))
    rows = Rows(np.ones(len(columns)), np.array(columns, np.int32), np.array(indptr, np.int32), 9)
    with pytest.raises(ValueError, match=r"columns must be below|indptr must|do not fit"):
        numbering.keep(rows)
