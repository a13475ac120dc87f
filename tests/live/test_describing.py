"""An item and what the model says of it, as JSON."""

import json
from datetime import UTC, datetime

import pytest

from movieclassifier.feedback.log.live.entities import Item, Judgement
from movieclassifier.live.describing import describe

ITEM = Item("Herald", "1", title="A bridge", published=datetime(2026, 3, 2, tzinfo=UTC))


@pytest.mark.parametrize(
    ("outcome", "label", "is_other"), [("a", "a", False), ("other", "other", True), ("", None, False)]
)
def test_line_of_an_item_is_json_with_its_label(outcome, label, is_other):
    line = describe(ITEM, Judgement(outcome, "a", 0.75, {"a": 0.75, "b": 0.25}, 3, 0.5))
    assert (line["label"], line["best"], line["other"]) == (label, "a", is_other)
    assert line["published"] == "2026-03-02T00:00:00+00:00"
    json.dumps(line)


def test_item_without_a_date_has_none():
    assert describe(Item("Herald", "1", title="x"), Judgement("a", "a", 1.0, {"a": 1.0}, 9, 0.0))["published"] is None
