"""The database is what it should be, or it is said what is wrong with it."""

import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context

import pytest
from sqlalchemy import text, update

from movieclassifier.feedback.log import schema
from movieclassifier.feedback.log.database import connect, database_url, snapshot, transaction
from movieclassifier.feedback.log.errors import Unavailable
from movieclassifier.feedback.log.store import FeedbackStore
from tests.support.services import ADA, TEXTS, close_services, contradict, digest, open_service, write_model

LATEST = 1 + len(schema.MIGRATIONS)


@pytest.fixture(autouse=True)
def _close_services():
    yield
    close_services()


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_way_of_writing_postgresql_means_psycopg(scheme):
    url = database_url(f"{scheme}://user:secret@host:5432/name?sslmode=require")
    assert url.drivername == "postgresql+psycopg"
    assert url.render_as_string(hide_password=False).endswith("://user:secret@host:5432/name?sslmode=require")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("no url", "DATABASE_URL must be a URL such as sqlite:///"),
        ("sqlite://", "must name a file"),
        ("sqlite:///:memory:", "must name a file"),
        ("mysql://host/name", "must begin with sqlite: or postgresql:; got mysql:"),
        ("nonsense+nothing://host/name", "got nonsense:"),
        ("postgresql+nothing://host/name", r"driver of postgresql\+nothing is not installed"),
    ],
)
def test_a_wrong_url_is_explained(url, message):
    with pytest.raises(ValueError, match=message) as error:
        connect(url)
    assert "secret" not in str(error.value)


def test_sqlite_writes_ahead_and_waits(tmp_path):
    store = FeedbackStore(f"sqlite:///{tmp_path}/new/folder/f.db")
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 20_000
    store.close()
    assert (tmp_path / "new/folder").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(("relaxed", "level"), [(False, 2), (True, 1)])
def test_a_vote_is_on_the_disk_when_it_is_thanked_for(tmp_path, relaxed, level):
    store = FeedbackStore(f"sqlite:///{tmp_path}/f.db")
    with transaction(store.engine, relaxed=relaxed) as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == level
    store.close()


@pytest.mark.parametrize(("relaxed", "setting"), [(False, "on"), (True, "off")])
def test_on_postgresql_too(postgresql_url, relaxed, setting):
    store = FeedbackStore(postgresql_url)
    with transaction(store.engine, relaxed=relaxed) as connection:
        assert connection.scalar(text("SHOW synchronous_commit")) == setting
        assert connection.scalar(text("SHOW lock_timeout")) == "20s"
    store.close()


def test_all_statements_of_a_reader_see_the_same_moment(tmp_path, database_url):
    service = open_service(database_url, write_model(tmp_path / "m.npz"))
    position = text("SELECT position FROM mc_head")
    with snapshot(service.store.engine) as connection:
        before = connection.scalar(position)
        contradict(service, TEXTS[0])
        assert connection.scalar(position) == before
    with snapshot(service.store.engine) as connection:
        assert connection.scalar(position) == before + 1


def test_a_newer_database_is_refused(database_url):
    store = FeedbackStore(database_url)
    with transaction(store.engine) as connection:
        connection.execute(update(schema.schema).values(version=99))
    store.close()
    with pytest.raises(ValueError, match=f"has schema 99, this version of movieclassifier knows {LATEST}; upgrade"):
        FeedbackStore(database_url)


def test_an_older_database_is_migrated_once(database_url, monkeypatch):
    FeedbackStore(database_url).close()
    done = []

    def add_a_column(connection):
        done.append(1)
        connection.execute(text("ALTER TABLE mc_votes ADD COLUMN mood TEXT"))

    monkeypatch.setattr(schema, "MIGRATIONS", [*schema.MIGRATIONS, add_a_column])
    for _ in range(2):
        store = FeedbackStore(database_url)
        with snapshot(store.engine) as connection:
            assert connection.scalar(text("SELECT version FROM mc_schema")) == LATEST + 1
            connection.execute(text("SELECT mood FROM mc_votes"))
        store.close()
    assert done == [1]


def test_a_log_of_schema_1_is_served_with_the_same_weights(tmp_path, database_url):
    model = write_model(tmp_path / "m.npz")
    service = open_service(database_url, model)
    for n in range(6):
        contradict(service, TEXTS[n])
    before = digest(service)
    with transaction(service.store.engine) as connection:
        connection.execute(text("DROP INDEX mc_votes_by_client"))
        for name in ("features", "trusted"):
            connection.execute(text(f"ALTER TABLE mc_votes DROP COLUMN {name}"))
        connection.execute(text("UPDATE mc_schema SET version = 1"))
    service.close()
    service = open_service(database_url, model)
    assert digest(service) == before
    contradict(service, TEXTS[7])
    assert digest(service) == digest(open_service(database_url, model)) != before


def test_a_migration_that_fails_leaves_the_database_as_it_was(database_url, monkeypatch):
    FeedbackStore(database_url).close()

    def fail(connection):
        connection.execute(text("DROP TABLE mc_votes"))
        raise ValueError("the migration failed")

    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", [*schema.MIGRATIONS, fail])
        with pytest.raises(ValueError, match="the migration failed"):
            FeedbackStore(database_url)
    store = FeedbackStore(database_url)
    with snapshot(store.engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM mc_votes")) == 0
    store.close()


def test_many_may_make_the_database_at_once(database_url):
    with ThreadPoolExecutor(6) as pool:
        for store in pool.map(lambda _: FeedbackStore(database_url), range(6)):
            store.close()
    store = FeedbackStore(database_url)
    with snapshot(store.engine) as connection:
        assert connection.scalar(text("SELECT count(*) FROM mc_head")) == 1
        assert connection.scalar(text("SELECT count(*) FROM mc_schema")) == 1
    store.close()


def test_a_file_that_is_no_database_is_said_to_be_none(tmp_path):
    (tmp_path / "f.db").write_text("Dear diary, this is no database at all." * 50)
    with pytest.raises(Unavailable, match="file is not a database"):
        FeedbackStore(f"sqlite:///{tmp_path}/f.db")


def test_a_server_that_does_not_answer_is_unavailable(tmp_path):
    with pytest.raises(Unavailable, match="the database cannot be used"):
        FeedbackStore(f"postgresql://nobody@/nothing?host={tmp_path}")


def test_a_locked_database_is_unavailable_and_nothing_is_lost(tmp_path, monkeypatch):
    from movieclassifier.feedback.log import database

    monkeypatch.setattr(database, "BUSY_TIMEOUT", 0.1)
    service = open_service(f"sqlite:///{tmp_path}/f.db", write_model(tmp_path / "m.npz"))
    prediction = service.classify(TEXTS[0], ADA)
    hog = sqlite3.connect(tmp_path / "f.db", isolation_level=None)
    hog.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="locked"):
        service.vote(prediction.id, prediction.label, ADA)
    hog.execute("ROLLBACK")
    hog.close()
    assert service.vote(prediction.id, prediction.label, ADA).status == "applied"


def test_a_forked_worker_has_connections_of_its_own(tmp_path, database_url):
    service = open_service(database_url, write_model(tmp_path / "m.npz"))
    contradict(service, TEXTS[0])
    queue = get_context("fork").SimpleQueue()
    child = get_context("fork").Process(target=_vote_and_tell, args=(service, queue))
    child.start()
    child.join(30)
    assert child.exitcode == 0
    assert queue.get() == digest(service)
    assert service.facts().events_applied == 2


def _vote_and_tell(service, queue):
    contradict(service, TEXTS[1])
    queue.put(digest(service))
    service.close()
    os._exit(0)
