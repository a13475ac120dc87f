"""A finished training is measured on documents that it has not seen, and keeps a guard set of them."""

from movieclassifier.evaluation.unseen import evaluate_unseen
from movieclassifier.models.guard import guard_accuracy
from movieclassifier.models.packed_record import PackedRecord
from movieclassifier.models.scoring import score_documents
from movieclassifier.models.writing import record_bytes
from tests.support.models import random_classifier
from tests.support.services import make_texts

TEXTS = make_texts(200)


def test_metrics_thresholds_and_guard_set_are_of_the_documents():
    classifier = random_classifier(texts=tuple(TEXTS))
    documents = list(zip(TEXTS, [i % 2 for i in range(200)], strict=True))
    guard = evaluate_unseen(classifier, documents[:50], lambda: score_documents(classifier, documents))
    metrics = classifier.metadata["metrics"]
    assert metrics["n_documents"] == 200
    assert metrics["accuracy"] == classifier.score(TEXTS, [label for _, label in documents])
    assert classifier.metadata["threshold"]["n_documents"] == 50
    expected = classifier.score(TEXTS[:50], [label for _, label in documents[:50]])
    assert guard_accuracy(classifier, guard, classifier.columns) == expected


def test_guard_set_may_be_compressed_for_the_record():
    classifier = random_classifier(texts=tuple(TEXTS))
    documents = [(text, i % 2) for i, text in enumerate(TEXTS)]
    packed = PackedRecord(classifier)
    kept = evaluate_unseen(classifier, documents[:50], lambda: score_documents(classifier, documents), packed=packed)
    assert record_bytes(classifier, kept) == record_bytes(classifier, classifier.guard[1])


def test_without_documents_nothing_is_evaluated():
    classifier = random_classifier()
    assert evaluate_unseen(classifier, [], lambda: 1 / 0) == {}
    assert not {"metrics", "threshold"} & set(classifier.metadata)
    assert classifier.metadata["ngrams"] == []


def test_without_documents_the_training_names_the_strongest_ngrams():
    classifier = random_classifier(texts=tuple(TEXTS))
    documents = [(text, i % 2) for i, text in enumerate(TEXTS)]
    evaluate_unseen(classifier, [], lambda: 1 / 0, iter(documents))
    named = classifier.metadata["ngrams"]
    assert len(named) > 5
    assert all(any(word in text.lower() for text in TEXTS) for ngram in named for word in ngram.split())
