"""The entities answer what is asked of them."""

import pytest

from movieclassifier.feedback.log.live.entities import DayOfSource, Item


def day_of(n=100, n_other=10, n_untold=0, votes=(0, 0)):
    return DayOfSource("2026-03-01", "", n, n_other, n_untold, 0.9, 0.1, *votes)


def test_shares_of_a_day():
    assert day_of(n=10, n_other=2, n_untold=2).other_share == 0.25
    assert day_of(n=2, n_untold=2, n_other=0).other_share == 0.0
    assert day_of().accuracy is None
    share, low, high = day_of(votes=(10, 8)).accuracy
    assert low < share == 0.8 < high


@pytest.mark.parametrize(
    ("title", "text", "document"),
    [
        ("A bridge", "The town voted.", "A bridge\nThe town voted."),
        ("The town", "The town voted.", "The town voted."),
        ("A bridge", "", "A bridge"),
        ("", "The town voted.", "The town voted."),
        ("", "", ""),
    ],
)
def test_title_is_classified_with_the_text_that_does_not_begin_with_it(title, text, document):
    assert Item("news", "1", title=title, text=text).document == document
