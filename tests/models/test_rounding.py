import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.models.persistence import load_classifier
from movieclassifier.models.rounding import N_LEVELS, pack, round_to_levels, round_weights, unpack
from movieclassifier.models.writing import record_bytes, save_record
from tests.support.models import SMALL, random_classifier


@pytest.fixture
def large():
    """Return a classifier with weights enough for a table to pay."""
    words = " ".join(f"word{number}" for number in range(1000))
    return random_classifier(recipe=SMALL.with_settings(n_features=2**16), texts=(words, "a fine film, dull and long"))


def test_rounded_weights_are_read_to_the_bit(large, tmp_path):
    rounded = round_weights(large)
    save_record(tmp_path / "model.npz", rounded)
    read = load_classifier(tmp_path / "model.npz")
    for name in ("coef", "ratio", "columns", "intercept"):
        assert getattr(read.weights, name).tobytes() == getattr(rounded.weights, name).tobytes(), name
    assert len(record_bytes(rounded)) < 0.5 * len(record_bytes(large))
    assert record_bytes(read) == record_bytes(rounded)


def test_a_rounded_model_decides_nearly_as_before(large):
    texts = ["a fine film", "dull and long", ""]
    rounded = round_weights(large)
    assert 1 < len(np.unique(rounded.coef_)) <= 2 * N_LEVELS + 1
    np.testing.assert_allclose(rounded.decision_function(texts), large.decision_function(texts), atol=0.2)


def test_a_rounded_model_learns_and_keeps_all_of_its_weights_then(large, tmp_path):
    rounded = round_weights(large)
    rounded.learn("a fine film", rounded.classes_[0])
    save_record(tmp_path / "model.npz", rounded)
    assert load_classifier(tmp_path / "model.npz").coef_.tobytes() == rounded.coef_.tobytes()


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1))
def test_rounding_is_to_the_nearest_level_and_done_once(numbers):
    array = np.array(numbers, np.float32)
    once = round_to_levels(array)
    largest = float(np.abs(array).max())
    gap = np.abs(np.sqrt(np.abs(once.astype(float))) - np.sqrt(np.abs(array.astype(float)))).max()
    assert gap <= np.sqrt(largest) * (0.5 / N_LEVELS + 1e-6)
    np.testing.assert_allclose(round_to_levels(once), once, rtol=1e-6)


def test_arrays_of_many_values_stay_as_they_are():
    array = np.arange(3000.0)
    assert pack("x", array)["x"] is array
    late = np.r_[np.zeros(2500), np.arange(500.0)]
    assert pack("x", late)["x"] is late


@pytest.mark.parametrize(
    "arrays",
    [
        {"x": np.array([3], np.uint8), "x_values": np.zeros(3)},
        {"x": np.array([0], np.int64), "x_values": np.zeros(3)},
        {"x": np.array([0], np.uint8), "x_values": np.zeros((1, 3))},
    ],
)
def test_codes_without_a_value_are_refused(arrays):
    with pytest.raises(ValueError, match="its x do not fit the rest"):
        unpack("x", arrays)
