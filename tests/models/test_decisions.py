import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.models.decisions import predicted_positions, probabilities

VALUES = st.floats(-1e6, 1e6)
TEMPERATURES = st.floats(0.05, 20)


@given(VALUES, TEMPERATURES)
def test_one_value_gives_the_same_bits_alone_and_among_many(value, temperature):
    alone = probabilities(np.array([[value]]), temperature)
    among = probabilities(np.array([[value], [0.5]]), temperature)[:1]
    assert alone.tobytes() == among.tobytes()


@given(st.lists(st.lists(VALUES, min_size=3, max_size=3), max_size=5), TEMPERATURES)
def test_probabilities_of_several_classes_sum_to_one(values, temperature):
    y_proba = probabilities(np.array(values).reshape(-1, 3), temperature)
    np.testing.assert_allclose(y_proba.sum(axis=1), 1)


def test_classes_that_are_all_impossible_are_even():
    assert probabilities(np.full((1, 4), -1e6)).tolist() == [[0.25] * 4]


@pytest.mark.parametrize(("value", "position"), [(0.1, 1), (0.0, 0), (-0.1, 0)])
def test_one_row_decides_by_its_sign(value, position):
    assert predicted_positions(np.array([[value]])).tolist() == [position]


def test_the_largest_of_several_rows_decides():
    assert predicted_positions(np.array([[0.1, -1.0, 0.3], [0.2, 0.2, 0.1]])).tolist() == [2, 0]
