import csv
import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom
from sklearn.metrics import accuracy_score, f1_score, log_loss

from movieclassifier.cli import main
from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.parts import Slice, Split, make_splits
from movieclassifier.corpora.survey import survey
from movieclassifier.evaluation.baselines import BASELINES
from movieclassifier.evaluation.candidates import Outline, Streaming
from movieclassifier.evaluation.comparison import (
    Outcome,
    Row,
    compare,
    mcnemar,
    rank,
    run,
    run_split,
    summarize,
    warm_up,
)
from movieclassifier.evaluation.comparison_table import cells, table
from movieclassifier.features.tokenizers import TOKENIZERS
from movieclassifier.models.persistence import load_classifier
from movieclassifier.recipes.names import make_recipe
from movieclassifier.reports.comparison_page import comparison_page
from movieclassifier.system.memory import peak_megabytes
from movieclassifier.system.own_process import Killed, _answer, call_apart
from tests.support.in_another_process import Bloated, Dying, Failing, Greedy, add, fail, fill, kill, modules_around_fit
from tests.support.patience import PATIENCE

SAMPLE = "movieclassifier/bundled/sample_reviews.csv"


def write_csv(path, documents):
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([("review", "sentiment"), *documents])


def test_call_apart_returns_what_the_function_does():
    answer, peak = call_apart(add, 1, 2)
    assert answer == 3
    assert 10 < peak < 1000


def test_peak_memory_is_that_of_the_process_alone():
    here = bytearray(300 * 10**6)
    small, large = call_apart(fill, 1)[1], call_apart(fill, 200)[1]
    assert len(here) > 200e6
    assert 190 < large - small < 210


def test_errors_of_the_function_come_back():
    with pytest.raises(ValueError, match=r"line 3"):
        call_apart(fail, ValueError("line 3"))
    with pytest.raises(FileNotFoundError):
        call_apart(fail, FileNotFoundError(2, "No such file", "x.csv"))


def test_a_killed_process_is_told_from_one_with_a_bug():
    with pytest.raises(Killed, match=r"killed \(SIGKILL\), most probably for want of memory"):
        call_apart(kill, signal.SIGKILL)
    with pytest.raises(Killed, match=r"killed \(SIGTERM\)$"):
        call_apart(kill, signal.SIGTERM)
    with pytest.raises(RuntimeError, match="exit status 1"):
        call_apart(fail, KeyError("a bug"))


def test_ctrl_c_ends_the_other_process_too(tmp_path):
    pid_path = tmp_path / "pid"
    code = f"from movieclassifier.system.own_process import *; from tests.support.in_another_process import wait; call_apart(wait, {str(pid_path)!r})"
    environment = os.environ | {"PYTHONPATH": os.getcwd()}
    parent = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True, env=environment)
    deadline = time.monotonic() + PATIENCE
    while not (pid_path.exists() and pid_path.read_text()) and time.monotonic() < deadline:
        time.sleep(0.05)
    child = int(pid_path.read_text())
    parent.send_signal(signal.SIGINT)
    _, stderr = parent.communicate(timeout=PATIENCE)
    assert "KeyboardInterrupt" in stderr
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


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


@pytest.mark.parametrize("error", [None, ValueError("line 3")])
def test_the_other_process_sends_its_answer_and_its_peak(error):
    receiver, sender = multiprocessing.Pipe(duplex=False)
    before = signal.getsignal(signal.SIGINT)
    try:
        _answer(sender, *((add, (1, 2)) if error is None else (fail, (error,))))
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    answer, peak = receiver.recv()
    assert str(answer) == ("3" if error is None else "line 3")
    assert peak > 10


def test_peak_memory_is_known_where_there_is_no_proc(monkeypatch):
    expected = peak_megabytes()
    monkeypatch.setattr("movieclassifier.system.memory.STATUS", Path("missing"))
    assert peak_megabytes() >= 0.9 * expected


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """Compare a few candidates in two folds, once for several tests."""
    folder = tmp_path_factory.mktemp("comparison")
    (folder / "mine.toml").write_text('base = "book"\nn_features = 4096\n')
    recipes = ["default", "linear-svm", str(folder / "mine.toml")]
    arguments = ["compare", SAMPLE, "--folds", "2", "--json", "--output", str(folder / "page.html")]
    for recipe in recipes:
        arguments += ["--recipe", recipe]
    found = CliRunner().invoke(main, arguments)
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout), (folder / "page.html").read_text()


def test_compare_tells_all_there_is_to_tell(result):
    facts, _ = result
    assert facts["n_documents"] == 400
    assert sum(facts["n_train"]) == 400  # two folds
    assert facts["tested_on"] == "all of them in 2 folds"
    rows = {row["recipe"]: row for row in facts["rows"]}
    assert set(rows) == {"default", "linear-svm", "mine"}
    for row in rows.values():
        assert row["error"] == ""
        assert row["accuracy"] > 0.6
        assert row["standard_error"] == pytest.approx((row["accuracy"] * (1 - row["accuracy"]) / 400) ** 0.5)
        assert row["train_seconds"] > 0
        assert row["peak_megabytes"] > 50
        assert row["model_megabytes"] > 0
        assert (row["p_value"] is None) == row["best"]
    assert rows["linear-svm"]["log_loss"] is None
    assert rows["default"]["log_loss"] < 0.6
    assert rows["mine"]["description"] == "mine.toml"
    accuracies = [row["accuracy"] for row in facts["rows"]]
    assert accuracies == sorted(accuracies, reverse=True)


def test_page_shows_every_row_and_loads_nothing(result):
    facts, page = result
    assert not re.search(r"""(src|href)=["'](?!data:)|url\(|@import""", page)
    for row in facts["rows"]:
        assert f"{row['accuracy']:.4f} ± {row['standard_error']:.4f}" in page
        assert row["description"].replace("'", "&#39;") in page
    assert page.count("<circle") == len(facts["rows"])


def test_table_has_a_line_for_every_row_and_says_what_the_mark_means(result):
    facts, _ = result
    rows = [Row(**{name: value for name, value in row.items() if name != "like_the_best"}) for row in facts["rows"]]
    text = table(rows, facts)
    for row in rows:
        assert re.search(
            rf"^{row.recipe} +{row.kind} +{row.accuracy:.4f} ± {row.standard_error:.4f}", text, re.MULTILINE
        )
    assert ("≈ not significantly below the best" in text) == any(row.like_the_best for row in rows)
    assert (
        "sample_reviews.csv: 400 documents in 2 classes; trained on about 200, tested on all of them in 2 folds" in text
    )


def test_a_candidate_that_was_killed_is_a_row_without_figures():
    corpus = open_corpus(SAMPLE)
    found = survey(corpus)
    splits = make_splits(Slice(corpus, found.labels), found)
    told = []
    (row,) = compare({"huge": Dying()}, splits, (0, 1), tell=told.append)
    assert told == ["huge"]
    assert row.error.startswith("killed (SIGKILL)")
    assert cells(row) == ["huge", "streaming", "–", "–", "–", "–", "–", "–"]
    facts = {
        "corpus": ["x"],
        "n_documents": 2,
        "label_counts": {},
        "n_train": [1],
        "tested_on": "the holdout",
        "sha256": "",
        "seed": 1,
        "versions": {},
        "machine": "",
    }
    assert "huge: killed (SIGKILL), most probably for want of memory" in table([row], facts)
    assert "killed (SIGKILL)" in comparison_page([row], facts)


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


def test_default_row_is_what_train_reports(tmp_path):
    arguments = ["--n-holdout", "80", "--json"]
    compared = CliRunner().invoke(main, ["compare", SAMPLE, "--recipe", "default", *arguments])
    trained = CliRunner().invoke(main, ["train", SAMPLE, "--model", str(tmp_path), *arguments])
    (row,) = json.loads(compared.stdout)["rows"]
    metrics = json.loads(trained.stdout)
    assert (row["accuracy"], row["log_loss"]) == (metrics["accuracy"], metrics["log_loss"])
    assert row["model_megabytes"] * 1e6 == pytest.approx((tmp_path / "classifier.npz").stat().st_size, rel=0.1)
    assert load_classifier(tmp_path).metadata["n_holdout"] == 80


def test_another_corpus_can_be_tested_on(tmp_path):
    write_csv(tmp_path / "test.csv", list(open_corpus(SAMPLE))[:60])
    arguments = ["compare", SAMPLE, "--test", str(tmp_path / "test.csv"), "--recipe", "multinomial-nb"]
    found = CliRunner().invoke(main, arguments)
    assert "400 documents in 2 classes; trained on 400, tested on test.csv" in found.stdout
    assert "multinomial-nb  in memory  1.0000 ± 0.0000" in found.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--recipe", "best"], "'best' is none of book, default, 3-passes"),
        (["--recipe", "missing.toml"], "No such file"),
        (["--folds", "2", "--n-holdout", "9"], "--folds does not go with --test, --n-train or --n-holdout"),
        (["--folds", "1"], "is not in the range"),
        (["--n-train", "399", "--n-holdout", "9"], "too few for --n-train 399 and --n-holdout 9"),
        (["--test", "missing.csv"], "missing.csv"),
        (["--recipe", "book", "--recipe", "default", "--recipe", "book"], "two recipes are called 'book'; name one"),
        (["--output", "missing/page.html"], "missing/page.html: the folder of this file does not exist"),
    ],
)
def test_mistakes_are_one_line(arguments, message):
    result = CliRunner().invoke(main, ["compare", SAMPLE, *arguments])
    assert result.exit_code == 2
    assert message in result.output
    assert "Traceback" not in result.output


def test_a_file_may_not_take_the_name_of_a_recipe(tmp_path):
    (tmp_path / "default.toml").write_text("n_features = 4096")
    arguments = ["compare", SAMPLE, "--recipe", "default", "--recipe", str(tmp_path / "default.toml")]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert "two recipes are called 'default'" in result.stderr


def test_a_folder_to_test_on_is_named(tmp_path):
    for label in ("0", "1"):
        (tmp_path / "held out" / label).mkdir(parents=True)
        (tmp_path / "held out" / label / "1.txt").write_text("good and bad")
        (tmp_path / "corpus" / label).mkdir(parents=True)
        for i in range(30):
            (tmp_path / "corpus" / label / f"{i}.txt").write_text(f"good and bad {label}")
    arguments = ["compare", str(tmp_path / "corpus"), "--test", f"{tmp_path}/held out/", "--recipe", "multinomial-nb"]
    result = CliRunner().invoke(main, arguments)
    assert "trained on 60, tested on held out\n" in result.stdout, result.output


def test_a_stream_sorted_by_label_is_refused_in_one_line(tmp_path):
    path = tmp_path / "sorted.csv"
    write_csv(path, sorted(list(open_corpus(SAMPLE)) * 6, key=lambda document: document[1]))
    result = CliRunner().invoke(main, ["compare", str(path), "--recipe", "default", "--n-holdout", "9"])
    assert result.exit_code == 2
    assert "A stream sorted by label trains badly" in result.output
