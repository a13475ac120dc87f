"""A prediction is kept for its owner, for some time."""

from datetime import UTC, datetime, timedelta

import pytest

from movieclassifier.feedback.log.database import transaction
from movieclassifier.feedback.log.entities import Client, Prediction
from movieclassifier.feedback.log.errors import NotFound
from movieclassifier.feedback.log.kept_predictions import insert_prediction, oldest, owned_prediction, prediction_row
from movieclassifier.feedback.log.store import FeedbackStore

ADA = Client("ada", "192.0.2.1")


@pytest.fixture
def store(database_url):
    store = FeedbackStore(database_url)
    yield store
    store.close()


def made(at):
    return Prediction("x" * 22, "so good", "1", {"0": 0.1, "1": 0.9}, "1+0", lambda: None, "1", at, ("0", "1"))


def test_the_owner_finds_it_until_it_expires(store):
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    row = prediction_row(made(an_hour_ago), ADA)
    with transaction(store.engine) as connection:
        insert_prediction(connection, row)
    with store.raw.using() as raw:
        assert owned_prediction(raw, row.id, "ada", timedelta(hours=2)) == row
        for owner, lifetime in (("bob", timedelta(hours=2)), ("ada", timedelta(minutes=59))):
            with pytest.raises(NotFound, match="There is no such prediction"):
                owned_prediction(raw, row.id, owner, lifetime)


def test_a_row_is_older_than_the_oldest_after_its_lifetime():
    assert oldest(timedelta(hours=1)) - oldest(timedelta(hours=2)) == pytest.approx(3_600_000, abs=60_000)
