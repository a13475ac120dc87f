"""What the model says of items, and how far they are from what it knows."""

import pytest

from movieclassifier.feedback.log.database import snapshot, transaction
from movieclassifier.feedback.log.live.drift import drift_days, keep_drift
from movieclassifier.feedback.log.live.entities import OTHER, UNTOLD, Item
from movieclassifier.feedback.log.live.items import keep_items
from movieclassifier.feedback.log.live.schema import drift, items, judged
from movieclassifier.feedback.log.store import FeedbackStore
from movieclassifier.live.judging import judge, judge_kept, speaks
from movieclassifier.models.abstaining import Thresholds
from tests.support.live import START
from tests.support.models import random_classifier
from tests.support.services import make_texts

TEXTS = make_texts(40)


@pytest.fixture(scope="module")
def classifier():
    found = random_classifier(3, texts=tuple(TEXTS))
    found.metadata["threshold"] = Thresholds((0.0, 0.0, 0.0), 0.95, 0.1, 40).to_dict()
    return found


@pytest.mark.parametrize(
    ("text", "declared", "language", "does"),
    [
        ("The town voted for a bridge", "", "en", True),
        ("The town voted", "en-GB", "en", True),
        ("The town voted", "sv", "en", False),
        ("The town voted", "und", "en", True),
        ("Город проголосовал за новый мост", "", "en", False),
        ("Город проголосовал", "en", "en", False),
        ("Город проголосовал", "ru", "any", True),
        ("Staden röstade i söndags för en ny bro över ån och alla var glada " * 3, "", "en", False),
        ("", "", "en", True),
        ("123 456 !!!", "", "en", True),
        ("Город", "ru", "ru", True),
    ],
)
def test_language_is_told_by_what_is_declared_and_by_the_text(text, declared, language, does):
    assert speaks(text, declared, language) is does


def test_text_is_a_label_other_or_nothing(classifier):
    sure = judge(classifier, TEXTS[:5], [""] * 5, "any")
    assert all(found.outcome == found.label for found in sure)
    assert all(abs(sum(found.probabilities.values()) - 1) < 1e-9 for found in sure)
    (short,) = judge(classifier, ["word1"], [""], "any")
    assert short.outcome == UNTOLD
    strict = random_classifier(3, texts=tuple(TEXTS))
    strict.metadata["threshold"] = Thresholds((1.0, 1.0, 1.0)).to_dict()
    assert {found.outcome for found in judge(strict, TEXTS[:5], [""] * 5, "any")} == {OTHER}
    assert judge(classifier, [], []) == []


def test_items_are_judged_once_for_each_version(tmp_path, classifier):
    store = FeedbackStore(f"sqlite:///{tmp_path}/f.db")
    with transaction(store.engine) as connection:
        keep_items(connection, [Item("news", str(i), text=text) for i, text in enumerate(TEXTS)], START)
        assert judge_kept(connection, classifier, "1+1", "any", 30) == 30
        assert judge_kept(connection, classifier, "1+1", "any", 30) == 10
        assert judge_kept(connection, classifier, "1+1", "any") == 0
        assert judge_kept(connection, classifier, "1+2", "any") == 40
        keep_drift(connection, round(START * 1000), 3)
        keep_drift(connection, round(START * 1000), 3)
    with snapshot(store.engine) as connection:
        assert len(connection.execute(judged.select()).all()) == 40
        assert len(connection.execute(drift.select()).all()) == 2  # of all, and of the one source
        (day,) = drift_days(connection)
        assert (day.day, day.n, day.n_votes) == ("2026-03-02", 40, 0)
        assert drift_days(connection, "nobody") == []
        assert len(connection.execute(items.select()).all()) == 40
    with transaction(store.engine) as connection:
        keep_drift(connection, round(START * 1000) + 90 * 86_400_000, 3)  # nothing of these days is left to count
        assert len(drift_days(connection)) == 1
    store.close()
