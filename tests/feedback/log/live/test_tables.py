from sqlalchemy import inspect

from movieclassifier.feedback.log import schema
from movieclassifier.feedback.log.database import transaction
from movieclassifier.feedback.log.live import tables
from movieclassifier.feedback.log.live.tables import create_live_tables
from movieclassifier.feedback.log.store import FeedbackStore


def test_a_database_gets_all_tables_and_keeps_what_is_in_them(database_url):
    store = FeedbackStore(database_url)
    assert set(tables.metadata.tables) <= set(inspect(store.engine).get_table_names())
    with transaction(store.engine) as connection:
        connection.execute(tables.leases.insert().values(name="collector", holder="ada", until=5))
        create_live_tables(connection)
        assert connection.execute(tables.leases.select()).one() == ("collector", "ada", 5)
    store.close()


def test_no_table_has_the_name_of_one_of_the_log():
    assert not set(tables.metadata.tables) & set(schema.metadata.tables)
    assert all(name.startswith("mc_") for name in tables.metadata.tables)
