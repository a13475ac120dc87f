"""The first random numbers are those of numpy."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from movieclassifier.training.learners.mersenne import draw_integers

BOUNDS = (1, 2**31 - 1), (0, 2**31 - 1), (0, 2**31), (-5, 2**30 - 4)


@given(st.integers(0, 2**32 - 1))
@example(0)
@example(1)
@example(2**32 - 1)
def test_numbers_are_those_of_numpy(seed):
    rng = np.random.RandomState(seed)
    # The last pair leaves out half of all words.
    assert draw_integers(seed, *BOUNDS, *BOUNDS) == [rng.randint(*bounds) for bounds in (*BOUNDS, *BOUNDS)]


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_seeds_that_numpy_refuses_are_refused(seed):
    with pytest.raises(ValueError, match="seed must be"):
        draw_integers(seed, BOUNDS[0])
