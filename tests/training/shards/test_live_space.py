"""A space of live columns: the same ratios, weights and sums whichever slots the columns have."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from movieclassifier.training.shards import live_space
from movieclassifier.training.shards.caches import ShardColumns
from movieclassifier.training.shards.live_space import LiveSpace
from movieclassifier.training.shards.messages import LiveColumns, PassWeights


def space_of(n_features, n_rows=1, by_column=None, dtype=np.float32):
    rng = np.random.RandomState(0)
    columns = np.sort(rng.permutation(10)[:6]).astype(np.int32)
    live = LiveColumns(columns, rng.normal(size=(n_rows, 6)).astype(dtype))
    weights = PassWeights(rng.normal(size=(n_rows, 6)).astype(dtype), np.zeros(n_rows))
    return live, weights, LiveSpace(live, weights, n_features, by_column)


@pytest.mark.parametrize(("by_column", "n_rows"), [(True, 1), (False, 1), (False, 3)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_shard_finds_the_live_columns_and_adds_to_them(by_column, n_rows, dtype):
    for _ in range(2):  # the second space has the memory of the first
        live, weights, space = space_of(10, n_rows, by_column, dtype)
        shard = ShardColumns(np.arange(10, dtype=np.int32)[::-1].copy(), np.full(10, 2, np.int32))
        slots = space.slots(shard.columns)
        for row in range(n_rows):
            ratio, coef = (taken[::-1] for taken in space.start(row, slots))
            np.testing.assert_array_equal(ratio[live.columns], live.ratio[row], strict=True)
            np.testing.assert_array_equal(coef[live.columns], weights.coef[row], strict=True)
            assert np.count_nonzero(ratio) == np.count_nonzero(coef) == 6
            for _ in range(3):
                space.add(row, slots, shard, coef[::-1].copy())
        expected = 3 * np.rint(2 * weights.coef.astype(np.float64) * 2**24).astype(np.int64)
        live_positions, small = space.sums()
        for row, one in zip(expected, small, strict=True):
            sums = np.zeros(6, np.int64)
            one.add_to(sums, live_positions)
            np.testing.assert_array_equal(sums, row, strict=True)


def test_columns_are_their_own_slots_if_half_of_them_are_live_in_one_row_of_weights():
    columns = np.array([7, 2], np.int32)
    for n_features, n_rows, own in [(12, 1, True), (13, 1, False), (12, 2, False)]:
        _, _, space = space_of(n_features, n_rows)
        assert (space.slots(columns) is columns) == own
        live_positions, small = space.sums()
        assert (live_positions.tolist(), len(small)) == ([], n_rows)


@pytest.mark.parametrize(("n_rows", "n_kept"), [(1, 2), (3, 0)])
def test_a_thread_keeps_the_memory_of_one_row_of_weights_alone(n_rows, n_kept):
    def kept():
        space_of(10, n_rows)
        return [array for array in vars(live_space._kept).values() if isinstance(array, np.ndarray)]

    with ThreadPoolExecutor(1) as pool:
        assert len(pool.submit(kept).result()) == n_kept
