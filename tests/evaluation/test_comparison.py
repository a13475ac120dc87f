import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom
from sklearn.metrics import accuracy_score, f1_score, log_loss

from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.parts import Slice, Split, make_splits
from movieclassifier.corpora.survey import survey
from movieclassifier.evaluation.comparison import (
    Row,
    compare,
    mcnemar,
    rank,
    summarize,
)
from movieclassifier.evaluation.trials import Outcome
from tests.support.in_another_process import Bloated, Dying, Failing, Greedy

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


def test_peak_memory_holds_no_pickled_copy_of_the_model():
    split = Split([("good", 1), ("bad", 0)] * 9, [("good", 1)], 18, (9, 9))
    (small,) = compare({"small": Bloated(1)}, [split], (0, 1))
    (large,) = compare({"large": Bloated(300)}, [split], (0, 1))
    assert large.peak_megabytes < small.peak_megabytes + 100


def test_a_candidate_that_was_killed_is_a_row_without_figures():
    corpus = open_corpus(SAMPLE)
    found = survey(corpus)
    splits = make_splits(Slice(corpus, found.labels), found)
    told = []
    (row,) = compare({"huge": Dying()}, splits, (0, 1), tell=told.append)
    assert told == ["huge"]
    assert row.error.startswith("killed (SIGKILL)")


def test_one_candidate_that_fails_leaves_the_remaining_rows():
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


def test_nothing_to_compare_is_refused():
    with pytest.raises(ValueError, match="nothing to compare"):
        compare({}, [], (0, 1))
