import numpy as np
import pytest

from movieclassifier.training.teachers.arithmetic import draw, lane_dot, look_up
from movieclassifier.training.teachers.embedding import SIGMOID


def test_random_numbers_are_those_of_xorshift64():
    state, number = draw(1)
    assert (state, number) == (1_082_269_761, 0)
    assert draw(state) == (1_152_992_998_833_853_505, 1_152_992_998_833_853_505 >> 32)


def test_a_sum_in_lanes_is_that_of_the_products():
    a, b = np.random.RandomState(0).standard_normal((2, 64)).astype(np.float32)
    assert lane_dot(a, b) == pytest.approx(float(a.astype(float) @ b.astype(float)), abs=1e-5)


@pytest.mark.parametrize("cosine", [-1.0, -0.3, 0.0, 0.999, 1.0])
def test_the_table_holds_the_sigmoid(cosine):
    assert look_up(cosine, SIGMOID) == pytest.approx(1 / (1 + np.exp(-6 * cosine)), abs=1e-3)
    assert look_up(3 * cosine, SIGMOID) == look_up(max(-1, min(3 * cosine, 1)), SIGMOID)
