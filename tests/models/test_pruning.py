import numpy as np
import pytest

from movieclassifier.models.pruning import prune
from movieclassifier.recipes.names import RECIPES
from tests.support.models import random_classifier


def test_pruning_keeps_the_largest_weights():
    classifier = random_classifier()
    pruned = prune(classifier, 10)
    weights = np.abs(classifier.coef_[0])
    assert set(pruned.columns) == set(np.argsort(-weights)[:10])
    assert np.count_nonzero(pruned.coef_) == 10
    assert pruned.weights.ratio.shape == (1, 10)
    assert np.count_nonzero(classifier.coef_) > 10


def test_document_frequency_counts_when_pruning():
    classifier = random_classifier()
    frequency = np.ones(len(classifier.columns), dtype=int)
    frequency[7] = 10**9
    assert prune(classifier, 1, frequency).columns.tolist() == [classifier.columns[7]]


def test_pruning_to_more_columns_than_there_are_changes_nothing():
    classifier = random_classifier()
    assert prune(classifier, 10**6) is classifier
    with pytest.raises(ValueError, match="n_keep must be at least 1; got 0"):
        prune(classifier, 0)


def test_pruning_a_model_without_ratio():
    assert prune(random_classifier(recipe=RECIPES["book"]), 10).weights.ratio is None
