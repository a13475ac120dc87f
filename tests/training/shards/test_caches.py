"""Caches of shards: made again where they are gone, and holding each column of a shard once."""

import numpy as np
import pytest

from movieclassifier.training.shards import caches
from movieclassifier.training.shards.caches import drop_caches, iter_numbered, open_numbered
from movieclassifier.training.shards.numbering import Numbering
from movieclassifier.training.shards.shard_tasks import count_shards, step_shards
from tests.support.shards import all_of, documents, settings_of, shards_of, weights_after


@pytest.mark.parametrize(("most", "dtype"), [(60, np.uint16), (59, np.int32)])
def test_the_columns_of_a_shard_are_counted_once_and_numbered_as_they_occur(most, dtype, tmp_path, monkeypatch):
    monkeypatch.setattr(caches, "MOST", most)
    (shard,) = shards_of(tmp_path / "shards.jsonl", documents(60))
    settings = settings_of(tmp_path)
    counts = count_shards([shard], settings)
    with open_numbered(shard, settings) as (cache, columns):
        found = np.concatenate([cache.read(number)[0].columns for number in range(len(cache))])
    frequency = dict(zip(columns.columns.tolist(), columns.frequency.tolist(), strict=True))
    expected = all_of(counts.counts, counts.columns, settings.recipe.ngrams.n_features).sum(axis=1)
    assert frequency == {column: expected[column] for column in np.flatnonzero(expected)}
    np.testing.assert_array_equal(np.bincount(found), columns.frequency)
    assert (columns.columns.dtype, columns.frequency.dtype) == (np.int32, dtype)
    _, first = np.unique(found, return_index=True)
    assert (np.diff(first) > 0).all()
    (tmp_path / "movieclassifier-r" / "0.counted.npy").unlink()
    with open_numbered(shard, settings) as (_, again):  # a worker was killed between its two files
        np.testing.assert_array_equal(again.columns, columns.columns)


def test_a_cache_that_is_gone_is_made_again(tmp_path):
    shards = shards_of(tmp_path / "shards.jsonl", documents(15), documents(15, 1))
    settings = settings_of(tmp_path / "cache")
    weights = weights_after(count_shards(shards, settings), settings)
    expected = step_shards(shards, settings, *weights, 0)
    drop_caches(settings)
    assert not list((tmp_path / "cache").iterdir())
    found = step_shards(shards, settings, *weights, 0)
    np.testing.assert_array_equal(found.sums[0].small, expected.sums[0].small)
    np.testing.assert_array_equal(found.intercepts, expected.intercepts)


def test_a_shard_begins_with_numbers_of_its_own(tmp_path):
    shards = shards_of(tmp_path / "shards.jsonl", documents(30), documents(30, 1))
    settings = settings_of(tmp_path)
    numbering = Numbering(settings.recipe.ngrams.n_features, 2)
    for shard in shards:
        rows, _ = next(iter_numbered(shard, settings, numbering))
        assert rows.columns[0] == 0
