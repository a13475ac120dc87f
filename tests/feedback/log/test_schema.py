"""A database is brought to the tables of this version, or left as it was."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text, update

from movieclassifier.feedback.log import schema
from movieclassifier.feedback.log.database import snapshot, transaction
from movieclassifier.feedback.log.store import FeedbackStore
from tests.support.services import TEXTS, contradict, digest, open_service, write_model

LATEST = 1 + len(schema.MIGRATIONS)


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
