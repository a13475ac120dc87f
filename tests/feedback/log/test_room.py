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
