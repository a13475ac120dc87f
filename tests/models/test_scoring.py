import numpy as np
import pytest

from movieclassifier.models.scoring import score_documents
from tests.support.models import random_classifier

DOCUMENTS = [("a great movie", 1), ("", 0), ("what a waste of time", 0)] * 400


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("n_threads", [1, 3])
def test_values_are_those_of_the_classifier_in_the_order_of_the_stream(n_classes, n_threads):
    classifier = random_classifier(n_classes, texts=("a great movie",))
    y, values = score_documents(classifier, iter(DOCUMENTS), n_threads)
    texts, labels = zip(*DOCUMENTS, strict=True)
    assert y.tolist() == list(labels)
    assert values.tobytes() == classifier.decide(classifier.rows(texts)).tobytes()


def test_a_document_takes_nine_bytes():
    y, values = score_documents(random_classifier(), iter(DOCUMENTS))
    assert (y.itemsize, values.nbytes) == (1, 8 * len(DOCUMENTS))
    assert y.dtype == np.uint8


def test_an_empty_stream_and_an_unknown_label_are_refused():
    with pytest.raises(ValueError, match="there are no documents to evaluate on"):
        score_documents(random_classifier(), [])
    with pytest.raises(ValueError, match="a label must be one of 0, 1; got 2"):
        score_documents(random_classifier(), [("a", 2)])
