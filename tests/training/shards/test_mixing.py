"""Means over shards, weighted by document frequency."""

import numpy as np
import pytest

from movieclassifier.training.shards import mixing
from movieclassifier.training.shards.messages import Steps
from movieclassifier.training.shards.mixing import Mix
from movieclassifier.training.shards.numbering import SCALE, as_integers
from movieclassifier.training.shards.small_integers import SmallIntegers


def steps_of(live_positions, values, intercept, n_documents):
    sums = SmallIntegers.of(as_integers(np.array(values)), np.int32)
    live_positions = None if live_positions is None else np.array(live_positions, np.int32)
    intercepts = as_integers(np.array([intercept * n_documents]))
    return Steps(live_positions, (sums,), intercepts, n_documents, n_documents // 2)


@pytest.mark.parametrize("chunk", [2, 2**18])
def test_each_column_is_weighted_by_the_documents_that_have_it(chunk, monkeypatch):
    monkeypatch.setattr(mixing, "CHUNK", chunk)
    parts = [steps_of([0, 2], [3 * 0.5, 1000.0], 1.0, 10), steps_of(None, [1 * 0.1, 0.25, 0.0], -1.0, 30)]
    found = []
    for order in (parts, parts[::-1]):
        mix = Mix(np.full((1, 3), 7))  # memory that others have used
        for part in order:
            mix.add(part)
        found.append(mix.weights(np.array([4, 1, 8], np.int32), np.empty((1, 3), np.float32)))
    np.testing.assert_array_equal(found[0].coef, found[1].coef)
    np.testing.assert_allclose(found[0].coef, [[1.6 / 4, 0.25, 125]], atol=1 / SCALE)
    assert found[0].coef.dtype == np.float32
    assert found[0].intercept.tolist() == [-0.5]
    assert (mix.n_documents, mix.n_correct) == (40, 20)
