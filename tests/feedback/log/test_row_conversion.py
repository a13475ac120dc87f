import pytest

from movieclassifier.feedback.log.entities import ACCEPTED, APPLIED, HELD, UNDONE, WAITING
from movieclassifier.feedback.log.raw_statements import VoteRow
from movieclassifier.feedback.log.row_conversion import current_status, moment, vote_from
from tests.support.services import ADA, TEXTS, contradict

VOTE = VoteRow(
    7, "x" * 22, 0, "", "1", "incorrect", ACCEPTED, None, False, 7, '{"0": 1}', '{"0": 0.5}', 3, "ada", 1_500
)


@pytest.mark.parametrize(
    ("status", "accepted_at", "held", "seen"),
    [
        (ACCEPTED, 7, {}, (APPLIED, None)),
        (ACCEPTED, 7, {7: "cap"}, (HELD, "cap")),
        (ACCEPTED, 9, {7: "cap"}, (APPLIED, None)),
        (WAITING, None, {7: "cap"}, (WAITING, "review")),
        (UNDONE, 7, {7: "cap"}, (UNDONE, "review")),
    ],
)
def test_people_see_what_the_served_model_makes_of_a_vote(status, accepted_at, held, seen):
    reason = None if status == ACCEPTED else "review"
    assert current_status(VOTE._replace(status=status, accepted_at=accepted_at, reason=reason), held) == seen


def test_a_row_is_read_as_a_vote():
    vote = vote_from(VOTE, {})
    assert (vote.position, vote.before, vote.after, vote.at_once) == (7, {"0": 1}, {"0": 0.5}, True)
    assert vote.voted_at == moment(1_500)
    assert not vote_from(VOTE._replace(accepted_at=9), {}).at_once


def test_a_stored_prediction_shows_the_vote_that_stands(service):
    prediction, vote = contradict(service, TEXTS[0])
    assert service.get(prediction.id, ADA).vote == vote
    service.undo(prediction.id, ADA)
    found = service.get(prediction.id, ADA)
    assert (found.vote, found.undone, found.n_known) == (None, True, prediction.n_known)
