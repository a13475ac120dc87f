"""The database is what it should be, or it is said what is wrong with it."""

import gc
import sqlite3

import pytest
from sqlalchemy import text

from movieclassifier.feedback.log.database import connect, database_url, snapshot, transaction
from movieclassifier.feedback.log.errors import Unavailable
from movieclassifier.feedback.log.store import FeedbackStore
from tests.support.services import TEXTS, contradict, open_service, write_model


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


def is_closed(driver):
    """Tell whether a connection of either driver is closed: sqlite3 has no attribute for that."""
    if hasattr(driver, "closed"):
        return driver.closed
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        driver.execute("SELECT 1")
    return True


def test_an_engine_that_is_no_longer_used_closes_its_connections(database_url):
    engine = connect(database_url)
    with snapshot(engine) as connection:
        driver = connection.connection.driver_connection
    del engine, connection
    gc.collect()
    assert is_closed(driver)


def test_a_connection_that_is_lent_while_its_pool_is_closed_is_closed_afterwards(database_url):
    engine = connect(database_url)
    with snapshot(engine) as connection:
        driver = connection.connection.driver_connection
        engine.dispose()
        assert connection.scalar(text("SELECT 1")) == 1
    del connection
    gc.collect()
    assert is_closed(driver)
    engine.dispose()


def test_a_detached_connection_outlives_its_pool(database_url):
    engine = connect(database_url)
    fairy = engine.raw_connection()
    driver = fairy.driver_connection
    fairy.detach()
    engine.dispose()
    del engine, fairy
    gc.collect()
    assert driver.execute("SELECT 1").fetchone() == (1,)
    driver.close()


def test_all_statements_of_a_reader_see_the_same_moment(tmp_path, database_url):
    service = open_service(database_url, write_model(tmp_path / "m.npz"))
    position = text("SELECT position FROM mc_head")
    with snapshot(service.store.engine) as connection:
        before = connection.scalar(position)
        contradict(service, TEXTS[0])
        assert connection.scalar(position) == before
    with snapshot(service.store.engine) as connection:
        assert connection.scalar(position) == before + 1


def test_a_file_that_is_not_a_database_is_named(tmp_path):
    (tmp_path / "f.db").write_text("Dear diary, this is no database at all." * 50)
    with pytest.raises(Unavailable, match="file is not a database"):
        FeedbackStore(f"sqlite:///{tmp_path}/f.db")


def test_a_server_that_does_not_answer_is_unavailable(tmp_path):
    with pytest.raises(Unavailable, match="the database cannot be used"):
        FeedbackStore(f"postgresql://nobody@/nothing?host={tmp_path}")
