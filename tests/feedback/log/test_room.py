"""When the disk runs short, texts are refused and votes are still taken."""

import pytest

from movieclassifier.feedback.log import room
from movieclassifier.feedback.log.errors import NoRoom, TooMany
from tests.support.services import ADA, BOB, TEXTS, open_service, write_model


def test_predictions_are_refused_before_votes_when_room_runs_short(tmp_path, monkeypatch):
    service = open_service(f"sqlite:///{tmp_path}/f.db", write_model(tmp_path / "m.npz"))
    made = service.classify(TEXTS[0], ADA)
    monkeypatch.setattr(room, "free_bytes", lambda path: room.RESERVE - 1)
    with pytest.raises(NoRoom, match="no room on the server's disk"):
        service.classify(TEXTS[1], ADA)
    with pytest.raises(NoRoom):
        service.ready()
    assert service.classify(TEXTS[1], ADA, keep=False).label
    assert service.vote(made.id, made.label, ADA).status == "applied"


def test_a_server_of_its_own_looks_after_its_disk_itself(tmp_path, postgresql_url, monkeypatch):
    service = open_service(postgresql_url, write_model(tmp_path / "m.npz"))
    monkeypatch.setattr(room, "free_bytes", lambda path: 0)
    assert service.classify(TEXTS[0], ADA).id


def test_a_client_may_fill_only_so_much_of_the_disk_in_an_hour(tmp_path, database_url):
    service = open_service(database_url, write_model(tmp_path / "m.npz"), KB_PER_HOUR=3)
    service.classify("word1 " * 300, ADA)
    with pytest.raises(TooMany, match="Too many kilobytes: at most 3 per hour"):
        service.classify("word2 " * 300, ADA)
    service.classify("word2 " * 300, ADA, keep=False)
    service.classify("word2 " * 300, BOB)


def test_free_room_is_that_of_the_folder(tmp_path):
    assert 0 < room.free_bytes(tmp_path / "f.db") < 2**62
    assert room.free_bytes(tmp_path / "nowhere" / "f.db") == 2**62


def test_a_client_beyond_a_limit_costs_no_more_answers(tmp_path, database_url, monkeypatch):
    service = open_service(database_url, write_model(tmp_path / "m.npz"), PREDICTIONS_PER_MINUTE=2)
    asked, predict = [], service.log.predict
    monkeypatch.setattr(service.log, "predict", lambda *a, **k: asked.append(1) or predict(*a, **k))
    for i in range(6):
        if i < 2:
            service.classify(TEXTS[i], ADA)
        else:
            with pytest.raises(TooMany):
                service.classify(TEXTS[i], ADA)
    assert len(asked) == 3
    monkeypatch.setattr("movieclassifier.feedback.service.MAX_REFUSED", 1)
    service.classify(TEXTS[0], BOB)
    service.classify(TEXTS[1], BOB)
    with pytest.raises(TooMany):
        service.classify(TEXTS[2], BOB)
    assert service._refused == {BOB.address}
