"""Judgements are kept for one version of the model."""

import pytest

from movieclassifier.feedback.log.database import snapshot, transaction
from movieclassifier.feedback.log.errors import Damaged
from movieclassifier.feedback.log.live.articles import Wanted, find_news
from movieclassifier.feedback.log.live.entities import POST, Item, Judgement
from movieclassifier.feedback.log.live.items import keep_items
from movieclassifier.feedback.log.live.judgements import has_unjudged, keep_judgements, unjudged_items
from movieclassifier.feedback.log.live.schema import judged
from tests.support.live import START

FOUND = Judgement("tech", "tech", 0.75, {"sport": 0.25, "tech": 0.75}, 40, 0.125)


def keep(connection, n=3):
    items = [Item("news", str(i), text=f"text {i}") for i in range(n)]
    return keep_items(connection, [*items, Item("mastodon", "post", text="a post", kind=POST)], START)[:n]


def test_article_is_judged_once_for_each_version(engine):
    with transaction(engine) as connection:
        numbers = keep(connection)
        assert has_unjudged(connection, "1+1")
        assert len(unjudged_items(connection, "1+1", 2)) == 2
        keep_judgements(connection, "1+1", [(number, FOUND) for number in numbers])
        keep_judgements(connection, "1+1", [])
        assert not has_unjudged(connection, "1+1")
        assert unjudged_items(connection, "1+1", 9) == []
        assert {each.id for each in unjudged_items(connection, "1+2", 9)} == set(numbers)
        keep_judgements(connection, "1+2", [(numbers[0], FOUND)])
        assert [each.judgement for each in find_news(connection, Wanted()).items] == [FOUND] * 3


@pytest.mark.parametrize(
    "forged",
    [
        {"probabilities": "[1]"},
        {"probabilities": '{"a": "x"}'},
        {"probabilities": "{"},
        {"probability": "much"},
        {"n_known": "x"},
        {"outcome": b"tech"},
    ],
)
def test_forged_judgement_is_told_as_damage(engine, forged):
    with transaction(engine) as connection:
        keep_judgements(connection, "1+1", [(keep(connection, 1)[0], FOUND)])
        name, value = next(iter(forged.items()))
        connection.exec_driver_sql(f"UPDATE {judged.name} SET {name} = ?", (value,))
    with pytest.raises(Damaged, match=r"feedback\.db holds "), snapshot(engine) as connection:
        find_news(connection, Wanted())
