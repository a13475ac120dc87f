from datetime import UTC, datetime

import pytest

from movieclassifier.feedback.log.entities import Page, Prediction, Vote

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def test_a_vote_tells_the_answers_before_and_after_it():
    vote = Vote(2, "bad", "incorrect", "applied", None, {"bad": 0.4, "good": 0.6}, {"bad": 0.7, "good": 0.3}, 3, NOW)
    assert (vote.before_label, vote.after_label, vote.at_once) == ("good", "bad", True)


def test_an_explanation_is_made_once_and_only_when_it_is_read():
    made = []
    prediction = Prediction(None, "a", "0", {}, "1+1", lambda: made.append(1), "0", NOW, ("0", "1"))
    assert made == []
    assert prediction.explanation is prediction.explanation is None
    assert made == [1]


@pytest.mark.parametrize(("total", "n_pages"), [(0, 1), (1, 1), (25, 1), (26, 2)])
def test_there_is_at_least_one_page(total, n_pages):
    assert Page([], 1, 25, total).n_pages == n_pages
