"""Votes as numbers: ballots keep their order while they come and go."""

import numpy as np
import pytest

from movieclassifier.features.hashing import hash_texts
from movieclassifier.feedback.ballots import Ballots, Batch
from movieclassifier.feedback.packed_rows import TextRows, is_uniform, text_rows
from movieclassifier.feedback.space import Space
from tests.support.models import SMALL, random_classifier
from tests.support.services import TEXTS


def rows_of(text, ngrams):
    return text_rows(hash_texts([text], ngrams), ngrams)


@pytest.fixture
def ballots():
    """Return three ballots, at votes 2, 3 and 5 of two clients."""
    classifier = random_classifier(texts=tuple(TEXTS))
    ngrams = SMALL.ngrams
    found = Ballots(Space(classifier), 1, uniform=is_uniform(ngrams), dtype=ngrams.dtype)
    rows = text_rows(hash_texts(TEXTS[:3], ngrams), ngrams)
    found.extend(Batch([2, 3, 5], [2, 3, 6], [0, 1, 1], ["ada", "bob", "ada"], [False, False, True], rows))
    return found


def test_ballots_are_found_until_they_are_removed(ballots):
    assert [ballots.index(vote) for vote in (2, 3, 4, 5)] == [0, 1, None, 2]
    ballots.remove(1)
    assert ballots.index(3) is None
    assert ballots.alive[:3].tolist() == [True, False, True]
    ballots.truncate(2)
    assert (len(ballots), ballots.index(5), ballots.index(2)) == (2, None, 0)


def test_equal_clients_get_one_number(ballots):
    assert ballots.client[:3].tolist() == [0, 1, 0]
    assert ballots.names == ["ada", "bob"]


def test_a_copy_changes_on_its_own(ballots):
    other = ballots.copy()
    other.remove(0)
    other.extend(Batch([9], [9], [0], ["eve"], [False], rows_of(TEXTS[4], SMALL.ngrams)))
    assert (len(ballots), ballots.index(2), ballots.index(9), ballots.names) == (3, 0, None, ["ada", "bob"])
    assert (len(other), other.index(2), other.index(9)) == (4, None, 3)


def test_chosen_rows_are_those_of_the_span(ballots):
    for first, stop in ((0, 3), (1, 2), (2, 3)):
        for one, two in zip(ballots.span(first, stop), ballots.rows(np.arange(first, stop)), strict=True):
            assert one.tolist() == two.tolist()


def test_room_grows_and_nothing_is_lost(ballots):
    before = [part.tolist() for part in ballots.span(0, 3)]
    n = 300
    one = rows_of(TEXTS[5], SMALL.ngrams)
    rows = TextRows(np.repeat(one.lengths, n), np.tile(one.columns, n), np.tile(one.values, n))
    ballots.extend(Batch(range(10, 10 + n), range(10, 10 + n), [0] * n, ["ada"] * n, [False] * n, rows))
    assert [part.tolist() for part in ballots.span(0, 3)] == before
    assert ballots.index(9 + n) == len(ballots) - 1


def test_columns_with_a_ratio_are_known(ballots):
    places, _, _ = ballots.span(0, 1)
    assert 0 < ballots.n_known(0) == np.count_nonzero(ballots.space.ratio[0, places]) == len(places)


def test_norms_are_of_the_rows_times_the_ratio(ballots):
    places, values, _ = ballots.span(1, 2)
    expected = np.sum((values * ballots.space.ratio[0, places]) ** 2)
    assert ballots.norms(np.array([1, 1]))[0] == pytest.approx([expected] * 2)
