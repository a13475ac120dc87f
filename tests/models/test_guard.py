import numpy as np
import pytest

from movieclassifier.models.guard import guard_accuracy, make_guard
from movieclassifier.models.pruning import prune
from movieclassifier.recipes.names import RECIPES
from tests.support.models import SMALL, random_classifier

DOCUMENTS = [("a great movie", 1), ("", 0), ("what a waste of time", 0), ("zyzzyva", 1), ("great great waste", 1)]
TEXTS, LABELS = map(list, zip(*DOCUMENTS, strict=True))


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("recipe", [SMALL, RECIPES["book"]])
def test_guard_accuracy_is_the_accuracy_on_the_texts(n_classes, recipe):
    for seed in range(10):
        classifier = random_classifier(n_classes, recipe, texts=tuple(TEXTS[:3]), seed=seed)
        arrays = make_guard(classifier, DOCUMENTS)
        assert guard_accuracy(classifier, arrays, classifier.columns) == classifier.score(TEXTS, LABELS)
        assert all(array.dtype.kind in "iuf" for array in arrays.values())


def test_guard_sees_what_was_learned():
    classifier = random_classifier(texts=tuple(TEXTS))
    arrays = make_guard(classifier, DOCUMENTS)
    columns = classifier.columns
    changed = classifier.copy()
    for _ in range(5):
        for text, label in DOCUMENTS:
            changed.learn(text, label)
    assert guard_accuracy(changed, arrays, columns) >= 0.8
    assert guard_accuracy(changed, arrays, columns) == changed.score(TEXTS, LABELS)


def test_guard_holds_no_column_without_a_weight():
    classifier = random_classifier(recipe=RECIPES["default"])
    arrays = make_guard(classifier, DOCUMENTS)
    assert arrays["guard_lengths"].sum() == len(arrays["guard_data"])
    assert arrays["guard_lengths"].max(initial=0) <= 2


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
