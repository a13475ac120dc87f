"""The log says which votes to learn, in which order."""

from movieclassifier.feedback.log.appending import Accepted
from movieclassifier.feedback.log.database import snapshot
from movieclassifier.feedback.log.replay import (
    Changes,
    Foundation,
    accepted_votes,
    read_changes,
    read_plan,
    voted_texts,
)
from tests.support.services import (
    ADA,
    TEXTS,
    contradict,
    digest,
    open_service,
    write_model,
)


def test_undo_gives_the_weights_of_a_log_without_the_vote(tmp_path, database_url):
    model = write_model(tmp_path / "m.npz")
    service, without = open_service(database_url, model), open_service(f"sqlite:///{tmp_path}/without.db", model)
    undone = []
    for number, text in enumerate(TEXTS[:9]):
        prediction, vote = contradict(service, text)
        if number % 3 == 1:
            undone.append(prediction.id)
        else:
            same = without.classify(text, ADA)
            # The same label, whatever the other model says of the text.
            without.vote(same.id, vote.label, ADA)
    assert digest(service) != digest(without)
    for prediction_id in undone:
        service.undo(prediction_id, ADA)
    assert digest(service) == digest(without)


def test_the_plan_is_the_base_and_the_accepted_votes_on_top(service):
    votes = [contradict(service, text)[1] for text in TEXTS[:4]]
    service.owner.reject([votes[1].position], "owner")
    with snapshot(service.store.engine) as connection:
        foundation, live = read_plan(connection, 1)
        assert foundation == Foundation(1, 1, ())
        assert live == [Accepted(vote.position, vote.position) for vote in (votes[0], votes[2], votes[3])]
        assert accepted_votes(connection) == live
        assert [each.text for each in voted_texts(connection)] == [TEXTS[0], TEXTS[2], TEXTS[3]]


def test_a_folded_vote_that_was_taken_out_is_replayed_around(service):
    votes = [contradict(service, text)[1] for text in TEXTS[:3]]
    service.owner.update("owner", tolerance=1.0)
    service.owner.reject([votes[0].position], "owner")
    with snapshot(service.store.engine) as connection:
        foundation, live = read_plan(connection, 2)
    assert (foundation.served, foundation.start, live) == (2, 1, [])
    assert [accepted.vote for accepted in foundation.replayed] == [votes[1].position, votes[2].position]


def test_changes_are_what_events_added_and_took_out(service):
    first, second = (contradict(service, text)[1].position for text in TEXTS[:2])
    service.owner.reject([first], "owner")
    service.owner.approve([first], "owner")
    service.owner.reject([second], "owner")
    with snapshot(service.store.engine) as connection:
        assert read_changes(connection, 1) == Changes([Accepted(first, 5)], [])
        assert read_changes(connection, first) == Changes([Accepted(first, 5)], [first])
        assert read_changes(connection, 5) == Changes([], [second])
        assert read_changes(connection, 0) is None  # a base was served
