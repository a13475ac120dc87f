"""A warning comes when a band is left."""

import pytest

from movieclassifier.feedback.log.live.entities import DayOfSource
from movieclassifier.live.drift import warnings_of


def day_of(n=100, n_other=10, unknown=0.1, n_untold=0, day="2026-03-01", votes=(0, 0)):
    return DayOfSource(day, "", n, n_other, n_untold, 0.9, unknown, *votes)


@pytest.mark.parametrize(
    ("days", "unknown", "words"),
    [
        ([], 0.1, []),
        ([day_of(n=5, unknown=0.9)], 0.1, []),
        ([day_of()], 0.1, []),
        ([day_of(unknown=0.21)], 0.1, ["of the words were unknown"]),
        ([day_of(unknown=0.9)], 0.0, []),
        ([day_of()] * 5 + [day_of(n_other=40)], 0.1, ["were “other”"]),
        ([day_of()] * 5 + [day_of(n_other=13)], 0.1, []),
        ([day_of(n=3)] * 5 + [day_of(n_other=90)], 0.1, []),
    ],
)
def test_warning_comes_when_a_band_is_left(days, unknown, words):
    found = warnings_of(days, unknown)
    assert len(found) == len(words)
    assert all(word in sentence for word, sentence in zip(words, found, strict=True))
