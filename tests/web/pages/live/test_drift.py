"""Drift is told by day."""

from tests.support.visitors import words_of


def test_drift_is_told_by_day(ada):
    page = words_of(ada.read("/live/drift"))
    assert "Has the world moved on?" in page
    assert "Unknown words by day" in page
    assert "held out of its training" in page
    assert "No day was counted yet" in words_of(ada.read("/live/drift?source=Nobody"))
