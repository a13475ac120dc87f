"""New votes are taken as they come; where anything is odd, nothing is taken."""

import pytest

from movieclassifier.feedback.log.raw_statements import read_new_votes
from movieclassifier.feedback.new_votes import new_ballots
from tests.support.services import TEXTS, contradict, open_service, write_model


@pytest.fixture(scope="module")
def read(tmp_path_factory):
    """Return three new votes as the log holds them, the position before them, and the classifier."""
    folder = tmp_path_factory.mktemp("log")
    service = open_service(f"sqlite:///{folder}/f.db", write_model(folder / "m.npz"))
    since = service.facts().log_position
    for text in TEXTS[:3]:
        contradict(service, text)
    with service.store.raw.using() as raw:
        return read_new_votes(raw, since, 3), since, service.served.classifier


def test_votes_become_ballots_in_their_order(read):
    rows, since, classifier = read
    ballots = new_ballots(rows, since, since + 3, classifier)
    assert [ballot.vote for ballot in ballots] == [[since + 1], [since + 2], [since + 3]]
    assert [classifier.label_names[ballot.target[0]] for ballot in ballots] == [row.label for row in rows]


def test_a_vote_that_waits_is_not_a_ballot(read):
    rows, since, classifier = read
    waiting = [rows[0]._replace(status="waiting"), *rows[1:]]
    assert [ballot.vote for ballot in new_ballots(waiting, since, since + 3, classifier)] == [[since + 2], [since + 3]]


@pytest.mark.parametrize(
    "odd",
    [
        {"kind": "serve"},
        {"vote_position": 1},
        {"label": "nonsense"},
        {"client": None},
        {"features": None},
        {"features": b"\x00\xff"},
        {"position": 10**6},
    ],
)
def test_anything_odd_is_left_to_the_whole_log(read, odd):
    rows, since, classifier = read
    assert new_ballots([*rows[:2], rows[2]._replace(**odd)], since, since + 3, classifier) is None


def test_a_row_that_is_cut_off_is_left_to_the_whole_log(read):
    rows, since, classifier = read
    cut = rows[0]._replace(features=rows[0].features[:-1])
    assert new_ballots([cut], since, since + 1, classifier) is None


def test_missing_events_are_left_to_the_whole_log(read):
    rows, since, classifier = read
    assert new_ballots(rows, since, since + 4, classifier) is None
