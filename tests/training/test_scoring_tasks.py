"""Scores from an engine are those of one process, to the bit."""

from pathlib import Path

import numpy as np
import pytest

from movieclassifier import evaluate, load_classifier, open_corpus, score_documents
from movieclassifier.corpora import cutting
from movieclassifier.training.scoring_tasks import score_on
from movieclassifier.training.source_tasks import find_source
from tests.support.engines import InProcess

SAMPLE = Path(__file__).parents[2] / "movieclassifier/bundled/sample_reviews.csv"
BUNDLED = SAMPLE.with_name("imdb.npz")


@pytest.mark.parametrize("n_workers", [1, 3])
def test_figures_are_those_of_one_process(n_workers, monkeypatch):
    monkeypatch.setattr(cutting, "MIN_PIECE", 2**12)
    classifier, corpus = load_classifier(BUNDLED), open_corpus(SAMPLE)
    y, values = score_documents(classifier, corpus)
    engine = InProcess(n_workers)
    for documents in (find_source(corpus, engine).excerpt, list(corpus)):
        y_found, values_found = score_on(engine, classifier, documents)
        np.testing.assert_array_equal(y_found, y)
        np.testing.assert_array_equal(values_found, values)
        assert evaluate(y_found, values_found, classifier) == evaluate(y, values, classifier)


def test_no_documents_are_refused():
    with pytest.raises(ValueError, match="there are no documents to evaluate on"):
        score_on(InProcess(), load_classifier(BUNDLED), [])
