"""The owner reads in a sentence what an update or a rollback has done."""

from datetime import UTC, datetime

import pytest

from movieclassifier.feedback.log.facts import Version
from movieclassifier.feedback.update_reports import RollbackReport, UpdateReport

VERSION = Version(
    3, "update", 2, "votes", "", 12, None, created_at=datetime(2026, 1, 1, tzinfo=UTC), by="ada", note="", served=True
)


@pytest.mark.parametrize(
    ("n_new", "accuracy", "reference", "sentence"),
    [
        (1, None, None, "Version 3 is served: 1 new vote, 12 in all; unchecked."),
        (2, 0.92, None, "Version 3 is served: 2 new votes, 12 in all; accuracy 0.9200 on the guard set."),
        (
            2,
            0.92,
            0.91,
            "Version 3 is served: 2 new votes, 12 in all; accuracy 0.9200 on the guard set, 0.9100 before.",
        ),
    ],
)
def test_an_update_tells_votes_and_accuracy(n_new, accuracy, reference, sentence):
    assert str(UpdateReport(VERSION, n_new, accuracy, reference)) == sentence


@pytest.mark.parametrize(
    ("n_aside", "sentence"),
    [
        (0, "Version 3 is served; it holds all accepted votes."),
        (1, "Version 3 is served; 1 accepted vote that it does not hold waits for a review again."),
        (1200, "Version 3 is served; 1,200 accepted votes that it does not hold wait for a review again."),
    ],
)
def test_a_rollback_tells_the_votes_that_wait(n_aside, sentence):
    assert str(RollbackReport(VERSION, n_aside)) == sentence
