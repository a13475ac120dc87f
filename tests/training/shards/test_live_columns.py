"""Live columns are those of enough documents, with the ratio that one process finds."""

import numpy as np
import pytest

from movieclassifier import Plan, make_recipe
from movieclassifier.system.ready_memory import ReadyMemory
from movieclassifier.training.learners.log_count_ratio import LogCountRatio
from movieclassifier.training.shards import live_columns
from movieclassifier.training.shards.live_columns import find_live


@pytest.mark.parametrize("recipe", ["default", "book"])
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("chunk", [100, 2**17])
def test_columns_frequency_and_ratio_are_those_of_the_counts(recipe, n_classes, chunk, monkeypatch):
    monkeypatch.setattr(live_columns, "CHUNK", chunk)
    made = make_recipe(recipe, min_df=3)
    counts = LogCountRatio(n_classes, 1000, min_df=3)
    counts.counts_[:] = np.random.default_rng(0).poisson(1, (1000, n_classes))
    counts.totals_[:] = counts.counts_.sum(axis=0)
    plan = Plan(made, tuple(range(n_classes)), (5,) * n_classes, 5 * n_classes)
    positions = (1,) if n_classes == 2 else (0, 1, 2)
    live, frequency = find_live(counts, plan, positions, ReadyMemory(10_000).take)
    expected = np.flatnonzero(counts.counts_.sum(axis=1) >= (3 if made.log_count_ratio else 1))
    np.testing.assert_array_equal(live.columns, expected)
    np.testing.assert_array_equal(frequency, counts.counts_[expected].sum(axis=1))
    assert (live.columns.dtype, frequency.dtype, live.ratio.dtype) == (np.int32, np.int32, made.ngrams.dtype)
    for row, position in zip(live.ratio, positions, strict=True):
        ratio = counts.ratio(expected, position) if made.log_count_ratio else np.ones(len(expected))
        np.testing.assert_array_equal(row, ratio.astype(made.ngrams.dtype))
