"""One pass over the test documents finds scores, digests and mistakes."""

import re
from html import unescape

import pytest

from movieclassifier.models.persistence import load_classifier
from movieclassifier.reports.scored_documents import digest, read_test_part
from tests.support.reports import DOCUMENTS


def test_mistakes_are_the_surest_wrong_ones(trained, page):
    classifier = load_classifier(trained)
    texts, labels = zip(*DOCUMENTS[300:], strict=True)
    y_proba = classifier.predict_proba(texts)
    wrong = [
        (y_proba[i].max(), i + 1) for i, label in enumerate(labels) if classifier.classes_[y_proba[i].argmax()] != label
    ]
    expected = [number for _, number in sorted(wrong, reverse=True)[:12]]
    assert [int(number) for number in re.findall(r"test document (\d+)</small>", page)] == expected
    first = texts[expected[0] - 1]
    article = unescape(re.sub("<[^>]+>", "", re.search(r"<article.*?</article>", page, re.DOTALL)[0]))
    assert " ".join(first.split())[:50] in " ".join(article.split())


def test_digests_ignore_case_and_white_space_alone():
    assert digest("So  good\n") == digest("so GOOD")
    assert digest("so good") != digest("so good!")


def test_labels_the_model_does_not_know_are_refused(three_classes):
    with pytest.raises(ValueError, match="the model has no label 'sea'; it has art, law, war"):
        read_test_part(three_classes[0], [("the sea", "sea")])
    with pytest.raises(ValueError, match="no documents to report on"):
        read_test_part(three_classes[0], [])
