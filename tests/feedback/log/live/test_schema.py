import pytest
from sqlalchemy import inspect

from movieclassifier.feedback.log import schema as log_schema
from movieclassifier.feedback.log.database import transaction
from movieclassifier.feedback.log.errors import Damaged
from movieclassifier.feedback.log.live import schema
from movieclassifier.feedback.log.live.articles import Wanted, all_probabilities, find_news
from movieclassifier.feedback.log.live.drift import drift_days, keep_drift
from movieclassifier.feedback.log.live.entities import Item, Judgement
from movieclassifier.feedback.log.live.feeds import due_feeds, feed_states, list_feeds
from movieclassifier.feedback.log.live.items import keep_items
from movieclassifier.feedback.log.live.judgements import keep_judgements
from movieclassifier.feedback.log.live.schema import create_live_tables
from movieclassifier.feedback.log.store import FeedbackStore
from tests.support.live import START


def test_a_database_gets_all_tables_and_keeps_what_is_in_them(database_url):
    store = FeedbackStore(database_url)
    assert set(schema.metadata.tables) <= set(inspect(store.engine).get_table_names())
    with transaction(store.engine) as connection:
        connection.execute(schema.leases.insert().values(name="collector", holder="ada", until=5))
        create_live_tables(connection)
        assert connection.execute(schema.leases.select()).one() == ("collector", "ada", 5)
    store.close()


def test_no_table_has_the_name_of_one_of_the_log():
    assert not set(schema.metadata.tables) & set(log_schema.metadata.tables)
    assert all(name.startswith("mc_") for name in schema.metadata.tables)


def read_all(engine):
    with transaction(engine) as connection:
        all_probabilities(connection)
        find_news(connection, Wanted())
        drift_days(connection)
        keep_drift(connection, round(START * 1000), 3)
        feed_states(connection)
        due_feeds(connection, 2**52)


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("mc_judged", "probability", "much"),
        ("mc_judged", "probability", 1e400),
        ("mc_judged", "probability", -0.5),
        ("mc_judged", "unknown_share", 7),
        ("mc_judged", "n_known", -1),
        ("mc_judged", "probabilities", "[]"),
        ("mc_judged", "outcome", b"tech"),
        ("mc_items", "shown_at", 2**62),
        ("mc_items", "published_at", 2**62),
        ("mc_items", "categories", "{"),
        ("mc_items", "title", b"x"),
        ("mc_drift", "day", "yesterday"),
        ("mc_drift", "n", "many"),
        ("mc_drift", "probability", 1e400),
        ("mc_feeds", "asked_at", 2**62),
        ("mc_feeds", "n_faults", "x"),
    ],
)
def test_forged_cell_is_told_as_damage(engine, table, column, value):
    with transaction(engine) as connection:
        numbers = keep_items(connection, [Item("Courier", "1", text="text")], START)
        keep_judgements(connection, "1+1", [(numbers[0], Judgement("a", "a", 0.5, {"a": 0.5}, 9, 0.1))])
        keep_drift(connection, round(START * 1000), 3)
        list_feeds(connection, {"https://news.example/feed": "Courier"})
        connection.exec_driver_sql(f"UPDATE {table} SET {column} = ?", (value,))
    with pytest.raises(Damaged, match=r"feedback\.db holds "):
        read_all(engine)
