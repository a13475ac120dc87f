"""Caches of shards: made again where they are gone, and holding each column of a shard once."""

import numpy as np

from movieclassifier.training.shard_caches import LiveColumns, drop_caches, open_live
from movieclassifier.training.shard_tasks import count_shards, step_shards
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
