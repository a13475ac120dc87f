"""Votes that stand are counted."""

from tests.support.services import ADA, TEXTS


def test_stats_count_what_stands(service):
    labels = []
    for number, text in enumerate(TEXTS[:6]):
        prediction = service.classify(text, ADA)
        right = prediction.label if number < 4 else next(name for name in prediction.labels if name != prediction.label)
        labels.append(service.vote(prediction.id, right, ADA))
    service.owner.undo_votes([labels[0].position], "owner")
    stats = service.stats()
    assert (stats.n_predictions, stats.n_votes, stats.n_correct, stats.n_incorrect) == (6, 5, 3, 2)
    assert stats.accuracy == 0.6
    assert [counts[1:] for counts in stats.by_day] == [(3, 2)]
    assert stats.by_day[0][0] == labels[0].voted_at.date()
    assert stats.by_status == {"accepted": 5, "waiting": 0, "rejected": 0, "undone": 1}
    assert stats.curve == [(1, 1.0), (2, 1.0), (3, 1.0), (4, 0.75), (5, 0.6)]


def test_stats_of_an_empty_log(service):
    stats = service.stats()
    assert (stats.accuracy, stats.by_day, stats.curve) == (None, [], [])
