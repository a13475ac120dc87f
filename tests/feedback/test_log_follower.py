"""A worker learns what is new in the log, by the short way or the long one, or starts anew."""

import pytest

from movieclassifier.feedback.served_model import ServedModel
from tests.support.services import ADA, TEXTS, contradict, digest, open_service, write_model


def test_a_model_that_could_not_finish_learning_starts_anew(tmp_path, monkeypatch):
    service = open_service(f"sqlite:///{tmp_path}/f.db", write_model(tmp_path / "m.npz"))
    follower = ServedModel(service.store.engine, service.settings.bounds)
    with follower.up_to_date():
        pass
    for text in TEXTS[:3]:
        contradict(service, text)
    learn, calls = type(follower._learner)._take, []

    def fail_second(self, *arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return learn(self, *arguments)

    monkeypatch.setattr(type(follower._learner), "_take", fail_second)
    with pytest.raises(KeyboardInterrupt), follower.up_to_date():
        pass
    with follower.up_to_date():
        assert follower.weights_sha256() == digest(service)


def test_a_database_without_a_model_is_refused(tmp_path):
    from movieclassifier.feedback.log.store import FeedbackStore

    store = FeedbackStore(f"sqlite:///{tmp_path}/f.db")
    with pytest.raises(ValueError, match="no model yet"), ServedModel(store.engine).up_to_date():
        pass
    store.close()


def test_new_votes_are_learned_in_one_statement_and_all_else_by_the_long_way(tmp_path, database_url, monkeypatch):
    model = write_model(tmp_path / "m.npz")
    here, there = open_service(database_url, model), open_service(database_url, model)
    here.log.fresh(), there.log.fresh()
    long_way, refresh = [], ServedModel.refresh
    monkeypatch.setattr(
        ServedModel, "refresh", lambda self, connection: long_way.append(1) or refresh(self, connection)
    )
    made = [contradict(here, text)[0] for text in TEXTS[:6]]
    assert there.answer(TEXTS[0]).label != made[0].label
    assert not long_way
    assert digest(here) == digest(there)
    long_way.clear()
    here.undo(made[2].id, ADA)
    there.log.fresh()
    assert long_way
    assert digest(here) == digest(there) == digest(open_service(database_url, model))


@pytest.mark.parametrize("damage", ["features = x'00ff'", "label = 'nonsense'", "client = x'05'", "features = NULL"])
def test_new_votes_that_are_odd_are_left_to_the_long_way(tmp_path, damage):
    url, model = f"sqlite:///{tmp_path}/f.db", write_model(tmp_path / "m.npz")
    here, there = open_service(url, model), open_service(url, model)
    there.log.fresh()
    contradict(here, TEXTS[0])
    with here.store.raw.using() as raw:
        raw.execute(f"UPDATE mc_votes SET {damage}")
        position = there.served.position + 1
        assert not there.served.catch_up(raw, position)
        assert not there.served.catch_up(raw, position + 10**6)
    assert there.served.position == position - 1
