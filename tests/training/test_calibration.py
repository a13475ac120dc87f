import numpy as np
import pytest

from movieclassifier.models.decisions import probabilities
from movieclassifier.training import calibration
from movieclassifier.training.calibration import MANY, fit_temperature


@pytest.mark.parametrize("n_classes", [2, pytest.param(4, marks=pytest.mark.slow)])
@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_temperature_that_made_the_labels_is_found(n_classes, temperature):
    rng = np.random.RandomState(0)
    values = rng.normal(scale=3, size=(20_000, 1 if n_classes == 2 else n_classes))
    # One-vs-rest probabilities are scaled to a sum of 1, as they are when the temperature is fitted.
    chances = probabilities(values, temperature)
    y = (rng.uniform(size=(len(values), 1)) > np.cumsum(chances, axis=1)[:, :-1]).sum(axis=1)
    assert fit_temperature(values, y) == pytest.approx(temperature, rel=0.06)


def test_few_documents_leave_it_near_one_and_none_at_one():
    assert fit_temperature(np.empty((0, 1)), np.empty(0, int)) == 1
    assert 0.2 < fit_temperature(np.array([[9.0]]), np.array([1])) < 1.5
    assert fit_temperature(np.array([[9.0]] * 9999), np.ones(9999, int)) == pytest.approx(0.7, abs=0.01)


@pytest.mark.parametrize("seed", range(12))
def test_few_temperatures_are_tried_and_the_best_of_all_is_found(seed, monkeypatch):
    rng = np.random.RandomState(seed)
    values = rng.normal(scale=10 ** rng.uniform(-2, 2), size=(MANY + 10 * seed, 1))
    y = (rng.uniform(size=len(values)) < probabilities(values, 10 ** rng.uniform(-1, 1))[:, 1]).astype(int)
    found = fit_temperature(values, y)
    monkeypatch.setattr(calibration, "MANY", len(y) + 1)
    assert found == fit_temperature(values, y)
