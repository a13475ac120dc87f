"""No acknowledged vote is lost or counted twice, whatever is killed when; on both databases, and under worse faults."""

import pytest

from tests.scripts import crashing


def test_every_acknowledged_vote_survives_kills_and_all_workers_agree_with_a_replay(
    database_url, small_model, tmp_path_factory
):
    folder = tmp_path_factory.mktemp("crash")
    outcome = crashing.run(
        database_url,
        small_model,
        folder,
        n_predictions=1200,
        n_votes=600,
        pause=(0.3, 1.0),
        max_kills=6,  # and no more, lest a slow machine does nothing but start again
        seed=len(database_url),
    )
    outcome.check()
    assert outcome.n_votes == 600
    assert outcome.undone
    assert sum(outcome.kills.values()) >= 2, outcome.report()


@pytest.mark.parametrize("kind", [kind for kind in crashing.KINDS if kind != "sqlite"])
def test_every_acknowledged_vote_survives_worse(kind, small_model, tmp_path):
    sizes = {"n_predictions": 800, "n_votes": 320, "n_workers": 2, "pause": (0.2, 0.5), "max_kills": 3}
    try:
        outcome = crashing.run_kind(kind, small_model, tmp_path, seed=1, **sizes)
    except PermissionError as error:
        pytest.skip(str(error))
    outcome.check()
    assert outcome.n_votes == 320
    fault = {"postgresql": "database", "two servers": "clock", "disk": "disk"}[kind]
    assert outcome.kills[fault] >= 1, outcome.report()
