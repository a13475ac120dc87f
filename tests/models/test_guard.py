import pytest

from movieclassifier.models.guard import guard_accuracy, make_guard
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


@pytest.mark.parametrize("part", [1, 2, 7])
def test_guard_does_not_depend_on_how_many_columns_are_looked_up_at_a_time(part, monkeypatch):
    classifier = random_classifier(texts=tuple(TEXTS[:3]))
    expected = make_guard(classifier, DOCUMENTS)
    monkeypatch.setattr("movieclassifier.models.guard.PART", part)
    found = make_guard(classifier, DOCUMENTS, classifier.rows(TEXTS))
    assert {name: array.tolist() for name, array in found.items()} == {
        name: array.tolist() for name, array in expected.items()
    }
    assert sum(expected["guard_lengths"].tolist()) > 3
