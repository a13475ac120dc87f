from datetime import UTC, datetime

import pytest

from movieclassifier.feedback.log.entities import STATUSES, Vote
from movieclassifier.web.display.outcomes import cap_words, outcome_of, state_of, update_words


def vote_of(status="applied", reason=None, before=0.9, after=0.9, n_known=3, **more):
    was, now = ({"negative": 1 - share, "positive": share} for share in (before, after))
    return Vote(2, "positive", "correct", status, reason, was, now, n_known, datetime.now(UTC), **more)


@pytest.mark.parametrize(
    ("vote", "sentence"),
    [
        (
            vote_of(after=0.2),
            "changed its mind: it said very likely positive, 90 in 100; now it says likely negative, 80",
        ),
        (vote_of(after=0.8), "The model moved from very likely positive, 90 in 100 to likely positive, 80 in 100."),
        (vote_of(), "sure enough that this is positive, and nothing had to change"),
        (vote_of(at_once=False), "had to wait, and the model has learned from it since"),
        (vote_of(before=0.1, after=0.1), "had to wait, and the model has learned from it since"),
        (vote_of(n_known=0), "knows none of these words"),
        (vote_of("waiting", "review"), "waits for approval"),
        (vote_of("waiting", "duplicate"), "This very text was voted on before"),
        (vote_of("held", "cap"), "as much as it may before its next update"),
        (vote_of("held", "size"), "This vote alone would move the model farther than one vote may"),
        (vote_of("held", "rolled back"), "set back to an earlier version"),
        (vote_of("rejected"), "not taken over"),
    ],
)
def test_lesson_says_what_became_of_the_vote(vote, sentence):
    assert sentence in outcome_of(vote)


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("reason", [None, "review", "duplicate", "cap", "rolled back", "a new reason"])
def test_every_status_has_a_sentence_for_every_reason(status, reason):
    assert state_of(vote_of(status, reason)).endswith(".")


@pytest.mark.parametrize(
    ("vote", "sentence"),
    [
        (vote_of(), "The model was sure enough of that already, and nothing had to change."),
        (vote_of(n_known=0), "The model knows none of these words, and could learn nothing from it."),
        (vote_of(after=0.95), "The model has learned from it."),
        (vote_of(at_once=False), "The model has learned from it."),
        (vote_of(before=0.1, after=0.1), "The model has learned from it."),
    ],
)
def test_a_vote_that_taught_nothing_is_not_called_learned(vote, sentence):
    assert state_of(vote) == sentence


def test_a_vote_that_is_kept_until_an_update_says_who_makes_it():
    held = vote_of("held", "size")
    assert "“movieclassifier update”" in update_words(held, has_guard=True)
    assert "“movieclassifier update --without-guard”" in update_words(held, has_guard=False)
    for vote in (vote_of(), vote_of("held", "new label"), vote_of("waiting")):
        assert not update_words(vote, has_guard=True) + update_words(vote, has_guard=False)


def test_free_votes_beyond_the_cap_are_not_given_as_a_share_of_it():
    assert "%" not in cap_words(1.21)
    assert "kept until the next update" in cap_words(1.21)
    assert "100%" in cap_words(1.0)
