"""The strongest n-grams of each class are named and counted."""

import pytest

from movieclassifier.features.murmur import ngram_columns
from movieclassifier.models.persistence import load_classifier
from movieclassifier.reports.strong_ngrams import find_strong_ngrams, name_columns
from tests.support.reports import DOCUMENTS


def test_strong_ngrams_are_named_and_counted(three_classes):
    classifier, documents = three_classes
    found = find_strong_ngrams(classifier, lambda: documents, 10)
    texts = [text.split() for text, _ in documents]
    for position, (rows, words) in enumerate(
        zip(found, ({"paint", "music"}, {"court", "judge"}, {"tank", "army"}), strict=True)
    ):
        assert words <= {row.ngram for row in rows}
        assert all(set(row.ngram.split()) & words for row in rows[:5])
        for row in rows:
            (column,) = ngram_columns([row.ngram], 2**12).values()
            assert row.weight == pytest.approx(float(classifier.coef_[position, column]))
            length = len(row.ngram.split())
            n_documents = sum(
                any(" ".join(tokens[i : i + length]) == row.ngram for i in range(len(tokens))) for tokens in texts
            )
            assert row.n_documents >= n_documents  # other n-grams may share the column
            assert row.strength == pytest.approx(row.weight * row.n_documents**0.5)
        assert [row.strength for row in rows] == sorted((row.strength for row in rows), reverse=True)


def test_naming_ends_when_every_column_has_been_seen_often_enough(three_classes):
    classifier, documents = three_classes
    (column,) = ngram_columns(["tank"], 2**12).values()

    def endless():
        while True:
            yield from documents

    assert name_columns(classifier, endless(), {column}) == {column: "tank"}


def test_strong_ngrams_of_two_classes_are_on_both_sides(trained):
    negative, positive = find_strong_ngrams(load_classifier(trained), lambda: iter(DOCUMENTS), 20)
    assert all(row.weight > 0 for row in [*negative, *positive])
    assert not {row.ngram for row in negative} & {row.ngram for row in positive}
