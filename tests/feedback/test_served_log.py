"""The one store behind service and owner: it says what it serves, and keeps up with the log."""

import pytest

from movieclassifier.feedback.log.entities import HELD
from movieclassifier.feedback.served_log import ServedLog
from movieclassifier.feedback.settings import read_settings
from tests.support.services import ADA, TEXTS, contradict, open_service, write_model


def test_facts_follow_the_log(service):
    assert (service.facts().model_version, service.facts().events_applied) == ("1+1", 0)
    contradict(service, TEXTS[0])
    facts = service.facts()
    assert (facts.model_version, facts.events_applied, facts.on_top, facts.log_position) == ("1+2", 1, 1, 2)
    assert facts is service.facts()
    assert (facts.recipe, facts.labels, facts.bundled, facts.mode) == ("default", ("0", "1"), False, "instant")


def test_the_time_of_the_first_vote_that_is_held_is_told(tmp_path, model):
    service = open_service(f"sqlite:///{tmp_path}/f.db", model, CAP=1e-9)
    assert service.facts().held_since is None
    votes = [contradict(service, text)[1] for text in TEXTS[:8]]  # the first five act whatever their size
    first = next(vote for vote in votes if vote.status == HELD)
    assert service.facts().held_since == first.voted_at


def test_a_second_process_answers_as_the_first(tmp_path, service, model):
    other = open_service(f"sqlite:///{tmp_path}/f.db", model)
    assert other.log.fresh().position == 1
    contradict(service, TEXTS[0])
    assert other.log.served.position == 1
    assert other.log.fresh().position == 2
    assert other.log.predict([TEXTS[0]])[0].probabilities == service.answer(TEXTS[0]).probabilities


def test_predicting_stores_nothing(service):
    [kept, passing] = [service.log.predict([TEXTS[0]], keep=keep)[0] for keep in (True, False)]
    assert (len(kept.id), passing.id) == (22, None)
    assert service.stats().n_predictions == 0
    assert service.history(ADA) == []


def test_a_command_takes_the_model_that_the_database_serves(tmp_path, service):
    different = write_model(tmp_path / "different.npz", seed=3)
    settings = read_settings({"DATABASE_URL": f"sqlite:///{tmp_path}/f.db", "MODEL": str(different)}, {})
    with pytest.raises(ValueError, match=r"different\.npz"):
        ServedLog(settings)
    log = ServedLog(settings, expect_model=False)
    assert log.facts().weights_sha256 == service.facts().weights_sha256
    log.close()
