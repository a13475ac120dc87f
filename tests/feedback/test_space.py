"""Weights are taken to places without gaps, and put back where they came from."""

import numpy as np
import pytest

from movieclassifier.feedback.space import Space
from movieclassifier.models.column_coef import as_array
from movieclassifier.recipes.linear import Recipe
from tests.support.models import random_classifier

PLAIN = Recipe().with_settings(n_features=2**8, log_count_ratio=False)


def test_with_a_ratio_the_known_columns_are_the_places():
    classifier = random_classifier()
    space = Space(classifier)
    assert space.places(classifier.columns).tolist() == list(range(len(classifier.columns)))
    unknown = np.setdiff1d(np.arange(space.n_features), classifier.columns)
    assert set(space.places(unknown).tolist()) == {len(classifier.columns)}
    taken = space.take(classifier.coef_)
    assert taken[:, :-1].tolist() == as_array(classifier.coef_)[:, classifier.columns].tolist()
    assert taken[:, -1].tolist() == space.ratio[:, -1].tolist() == [0]


def test_without_a_ratio_every_column_is_a_place():
    classifier = random_classifier(recipe=PLAIN)
    space = Space(classifier)
    assert (space.columns, space.ratio) == (None, None)
    assert space.places(np.array([3, 200])).tolist() == [3, 200]
    assert space.take(classifier.coef_).shape == (1, 2**8 + 1)


@pytest.mark.parametrize("recipe", [None, PLAIN])
def test_put_writes_the_chosen_places_and_never_the_one_for_the_rest(recipe):
    classifier = random_classifier(**({} if recipe is None else {"recipe": recipe}))
    space = Space(classifier)
    coef = as_array(classifier.coef_).copy()
    weights = space.take(coef) + np.float32(1)
    places = np.array([0, 2, weights.shape[1] - 1])
    before = coef.copy()
    space.put(weights, places, coef)
    moved = np.flatnonzero((coef != before).any(axis=0))
    expected = places[:2] if space.columns is None else space.columns[places[:2]]
    assert moved.tolist() == expected.tolist()
