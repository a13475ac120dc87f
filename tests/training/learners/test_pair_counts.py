import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.training.learners.pair_counts import PairCounts

MINIBATCHES = st.lists(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), max_size=30), max_size=8)


@given(minibatches=MINIBATCHES, without=st.sets(st.integers(0, 9)))
def test_counts_are_those_of_a_table(minibatches, without):
    counts, table = PairCounts(4), np.zeros((10, 4), int)
    for minibatch in minibatches:
        columns, classes = np.array(minibatch, np.int32).reshape(-1, 2).T
        counts.add(columns, classes)
        np.add.at(table, (columns, classes), 1)
    assert counts.of(np.arange(10)).tolist() == table.tolist()
    left_out = np.isin(np.arange(10), list(without))
    keys, values = counts.pairs(without=left_out)
    kept = np.where(left_out[:, None], 0, table).reshape(-1)
    assert keys.tolist() == np.flatnonzero(kept).tolist()
    assert values.tolist() == kept[kept > 0].tolist()
    again = PairCounts(4)
    again.load(keys, values)
    assert again.of(np.flatnonzero(~left_out)).tolist() == table[~left_out].tolist()


def test_runs_remain_few():
    counts = PairCounts(1000)
    rng = np.random.RandomState(0)
    for _ in range(200):
        counts.add(rng.randint(0, 10**6, 100).astype(np.int32), rng.randint(0, 1000, 100))
    assert len(counts._runs) <= 10
    assert sum(int(values.sum()) for _, values in counts._runs) == 200 * 100


@pytest.mark.parametrize("n_classes", [3, 10**6])
def test_keys_of_many_classes_and_columns_do_not_overflow(n_classes):
    counts = PairCounts(n_classes)
    counts.add(np.array([2**31 - 1], np.int32), np.array([n_classes - 1]))
    assert counts.pairs(_Nothing())[0].tolist() == [2**31 * n_classes - 1]


class _Nothing:
    """No column is left out, of however many."""

    def __getitem__(self, columns):
        return np.zeros(len(columns), bool)
