import numpy as np
import pytest

from movieclassifier.feedback.ballot_steps import Trial


@pytest.fixture
def trial():
    """Return the trial of ballots 4 and 7, which change two places and one."""
    return Trial(
        chosen=np.array([4, 7]),
        starts=np.array([0, 2, 3]),
        places=np.array([3, 5, 9], np.int32),
        old=np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]),
        new=np.array([[1.5, 2.5, 3.5], [4.5, 5.5, 6.5]]),
        size2=np.array([0.5, 0.25]),
        distance2=np.array([1.0, 2.0]),
    )


@pytest.mark.parametrize(
    ("k", "index", "places", "old", "new", "sizes"),
    [
        (0, 4, [3, 5], [[1.0, 2.0], [4.0, 5.0]], [[1.5, 2.5], [4.5, 5.5]], (0.5, 1.0)),
        (1, 7, [9], [[3.0], [6.0]], [[3.5], [6.5]], (0.25, 2.0)),
    ],
)
def test_a_step_has_the_places_and_weights_of_its_ballot(trial, k, index, places, old, new, sizes):
    step = trial.candidate(k)
    assert (step.index, step.places.tolist(), step.old.tolist(), step.new.tolist()) == (index, places, old, new)
    assert (step.size2, step.distance2) == sizes


def test_a_step_remembers_the_old_weights_when_the_trial_changes(trial):
    step = trial.candidate(0)
    trial.old[:] = 0
    assert step.old.tolist() == [[1.0, 2.0], [4.0, 5.0]]
