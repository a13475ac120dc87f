import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom
from sklearn.metrics import accuracy_score, f1_score, log_loss

from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.parts import Slice, Split, make_splits
from movieclassifier.corpora.survey import survey
from movieclassifier.evaluation.baselines import BASELINES
from movieclassifier.evaluation.candidates import Outline, Streaming
from movieclassifier.evaluation.comparison import (
    Row,
    compare,
    mcnemar,
    rank,
    summarize,
)
from movieclassifier.evaluation.trials import Outcome, run, run_split, warm_up
from movieclassifier.features.tokenizers import TOKENIZERS
from movieclassifier.recipes.names import make_recipe
from movieclassifier.system.own_process import call_apart
from tests.support.in_another_process import Bloated, Dying, Failing, Greedy, modules_around_fit

SAMPLE = "movieclassifier/bundled/sample_reviews.csv"


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 100))
def test_mcnemar_is_the_exact_binomial_test_of_what_differs(first, second, both):
    right = np.array([True] * first + [False] * second + [True] * both, dtype=bool)
    other = np.array([False] * first + [True] * second + [True] * both, dtype=bool)
    n, fewer = first + second, min(first, second)
    expected = min(1.0, 2 * binom.cdf(fewer, n, 0.5)) if n else 1.0
    assert mcnemar(right, other) == pytest.approx(expected)
    assert mcnemar(other, right) == pytest.approx(expected)


def test_ranking_marks_what_is_not_significantly_worse():
    right = {
        "good": np.array([True] * 90 + [False] * 10),
        "as good": np.array([True] * 88 + [False] * 12),
        "bad": np.array([True] * 60 + [False] * 40),
    }
    rows = [Row(name, "streaming", "", accuracy=float(found.mean())) for name, found in right.items()]
    ranked = rank([*rows[::-1], Row("died", "in memory", "", error="killed")], right)
    assert [row.recipe for row in ranked] == ["good", "as good", "bad", "died"]
    assert [row.best for row in ranked] == [True, False, False, False]
    assert [row.like_the_best for row in ranked] == [False, True, False, False]
    assert ranked[1].p_value == 0.5
    assert ranked[2].p_value == pytest.approx(2 * 0.5**30)
    assert ranked[0].p_value is ranked[3].p_value is None


def test_figures_of_several_test_parts_are_those_of_all_together():
    rng = np.random.default_rng(0)
    y, y_proba = rng.integers(0, 3, 60), rng.dirichlet([1, 1, 1], 60)
    y_pred = y_proba.argmax(axis=1)
    parts = [slice(0, 20), slice(20, 60)]
    outcomes = [
        Outcome(y[part], y_pred[part], y_proba[part], seconds, 10**6, 100.0 * seconds)
        for part, seconds in zip(parts, (1.0, 3.0), strict=True)
    ]
    found = summarize(outcomes, 3)
    accuracy = accuracy_score(y, y_pred)
    assert found == {
        "accuracy": accuracy,
        "standard_error": pytest.approx((accuracy * (1 - accuracy) / 60) ** 0.5),
        "log_loss": pytest.approx(log_loss(y, y_proba)),
        "macro_f1": pytest.approx(f1_score(y, y_pred, average="macro")),
        "train_seconds": 2.0,
        "model_megabytes": 1.0,
        "peak_megabytes": 300.0,
    }
    without = [Outcome(y, y_pred, None, 1.0, 1, 1.0)]
    assert summarize(without, 3)["log_loss"] is None


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


def test_peak_memory_holds_no_pickled_copy_of_the_model():
    split = Split([("good", 1), ("bad", 0)] * 9, [("good", 1)], 18, (9, 9))
    (small,) = compare({"small": Bloated(1)}, [split], (0, 1))
    (large,) = compare({"large": Bloated(300)}, [split], (0, 1))
    assert large.peak_megabytes < small.peak_megabytes + 100


@pytest.mark.parametrize("name", ["book", "gaussian-nb", "linear-svm", "perceptron"])
def test_no_time_of_a_candidate_holds_an_import(name):
    before, after = call_apart(modules_around_fit, BASELINES[name])[0]
    assert sorted(after - before) == []


def test_wordnet_is_loaded_before_the_clock_runs(monkeypatch):
    loaded = []
    monkeypatch.setitem(TOKENIZERS, "lemma", lambda text: loaded.append(text) or [text])
    warm_up(Streaming(make_recipe("default", tokenizer="lemma")))
    assert loaded


def test_a_candidate_that_was_killed_is_a_row_without_figures():
    corpus = open_corpus(SAMPLE)
    found = survey(corpus)
    splits = make_splits(Slice(corpus, found.labels), found)
    told = []
    (row,) = compare({"huge": Dying()}, splits, (0, 1), tell=told.append)
    assert told == ["huge"]
    assert row.error.startswith("killed (SIGKILL)")


def test_one_candidate_that_fails_leaves_the_rows_of_the_others():
    split = Split([("good", 1), ("bad", 0)] * 9, [("good", 1)], 18, (9, 9))
    candidates = {
        "huge": Greedy(),
        "good": Bloated(1),
        "bad": Failing(ValueError("After pruning,\nno terms remain.")),
    }
    rows = {row.recipe: row for row in compare(candidates, [split], (0, 1))}
    assert rows["good"].accuracy == 1
    assert rows["huge"].error.startswith("there was not enough memory: Unable to allocate 1.00 EiB")
    assert rows["bad"].error == "After pruning, no terms remain."
    assert rows["bad"].accuracy is rows["huge"].accuracy is None


@pytest.mark.parametrize("name", ["logistic-regression", "multinomial-nb", "gaussian-nb", "hashed-bernoulli-nb"])
def test_a_class_that_is_not_trained_on_has_no_probability(name):
    documents = [(text, ("bad", "good")[label]) for text, label in open_corpus(SAMPLE)][:100]
    split = Split(documents, [*documents[:9], ("quite new", "rare")], 100, (50, 50, 1))
    outcome = run_split(BASELINES[name], split, Outline(("bad", "good", "rare"), (50, 50, 1), 100))
    assert outcome.y_proba.shape == (10, 3)
    np.testing.assert_allclose(outcome.y_proba.sum(axis=1), 1)
    assert np.isfinite(summarize([outcome], 3)["log_loss"])


def test_nothing_to_compare_is_refused():
    with pytest.raises(ValueError, match="nothing to compare"):
        compare({}, [], (0, 1))
