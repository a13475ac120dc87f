"""A candidate is trained and tested on a split, and the clock runs for the training alone."""

import numpy as np
import pytest

from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.parts import Slice, Split, make_splits
from movieclassifier.corpora.survey import survey
from movieclassifier.evaluation.baselines import BASELINES
from movieclassifier.evaluation.candidates import Outline, Streaming
from movieclassifier.evaluation.comparison import (
    summarize,
)
from movieclassifier.evaluation.trials import run, run_split, warm_up
from movieclassifier.features.tokenizers import TOKENIZERS
from movieclassifier.recipes.names import make_recipe
from movieclassifier.system.own_process import call_apart
from tests.support.in_another_process import modules_around_fit

SAMPLE = "movieclassifier/bundled/sample_reviews.csv"


def test_run_split_keeps_truth_and_predictions_in_order():
    documents = list(open_corpus(SAMPLE))
    split = Split(documents[:300], documents[300:], 300, (150, 150))
    outcome = run_split(BASELINES["multinomial-nb"], split, Outline((0, 1), (150, 150), 300))
    assert outcome.y.tolist() == [label for _, label in documents[300:]]
    assert outcome.train_seconds > 0


def test_every_split_has_its_own_outcome():
    corpus = open_corpus(SAMPLE)
    found = survey(corpus)
    splits = make_splits(Slice(corpus, found.labels), found, n_folds=2)
    outlines = [Outline((0, 1), split.label_counts, split.n_train) for split in splits]
    outcomes = run(BASELINES["hashed-bernoulli-nb"], splits, outlines)
    assert [len(outcome.y) for outcome in outcomes] == [len(list(split.test)) for split in splits]


@pytest.mark.parametrize("name", ["book", "gaussian-nb", "linear-svm", "perceptron"])
def test_no_time_of_a_candidate_holds_an_import(name):
    before, after = call_apart(modules_around_fit, BASELINES[name])[0]
    assert sorted(after - before) == []


def test_wordnet_is_loaded_before_the_clock_runs(monkeypatch):
    loaded = []
    monkeypatch.setitem(TOKENIZERS, "lemma", lambda text: loaded.append(text) or [text])
    warm_up(Streaming(make_recipe("default", tokenizer="lemma")))
    assert loaded


@pytest.mark.parametrize("name", ["logistic-regression", "multinomial-nb", "gaussian-nb", "hashed-bernoulli-nb"])
def test_a_class_that_is_not_trained_on_has_no_probability(name):
    documents = [(text, ("bad", "good")[label]) for text, label in open_corpus(SAMPLE)][:100]
    split = Split(documents, [*documents[:9], ("quite new", "rare")], 100, (50, 50, 1))
    outcome = run_split(BASELINES[name], split, Outline(("bad", "good", "rare"), (50, 50, 1), 100))
    assert outcome.y_proba.shape == (10, 3)
    np.testing.assert_allclose(outcome.y_proba.sum(axis=1), 1)
    assert np.isfinite(summarize([outcome], 3)["log_loss"])
