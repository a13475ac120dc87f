"""A distillation from the command line: what it writes, that it goes on after every kill, and what it refuses."""

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from movieclassifier.cli import main
from movieclassifier.models.persistence import load_classifier
from movieclassifier.reports.distilled_run import load_distillation
from movieclassifier.training.distilling import FOLDER
from movieclassifier.training.teachers import networks

CONSOLE = [sys.executable, "-c", "from movieclassifier.cli import main; main()"]
SAMPLE = files("movieclassifier").joinpath("bundled/sample_reviews.csv")


@pytest.fixture(scope="module")
def corpora(tmp_path_factory):
    """Write labelled, unlabelled and test reviews, some of which are in two of them."""
    folder = tmp_path_factory.mktemp("corpora")
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    for name, part in (("train.csv", rows[:150]), ("test.csv", rows[300:])):
        with open(folder / name, "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *part])
    texts = [row[0] for row in rows[140:310]]
    (folder / "unlabelled.txt").write_text("\n".join(texts) + "\n", encoding="utf-8")
    return folder


def command(corpora, model_dir, *more):
    given = ["distill", corpora / "train.csv", "--test", corpora / "test.csv", "--model", model_dir, *more]
    return [str(argument) for argument in given]


def run(corpora, model_dir, *more):
    return CliRunner().invoke(main, command(corpora, model_dir, *more))


@pytest.fixture(scope="module")
def finished(corpora):
    """Distil once, and keep everything."""
    options = ["--unlabelled", corpora / "unlabelled.txt", "--keep-stages", "--json"]
    result = run(corpora, corpora / "model", *options, "--write-soft-labels", corpora / "soft.jsonl")
    assert result.exit_code == 0, result.output
    return result


def test_the_student_is_a_plain_model(corpora, finished):
    classifier = load_classifier(corpora / "model")
    assert classifier.recipe.name == "student"
    assert classifier.predict_proba(["A great film, wonderful!"])[0, 1] > 0.5
    before = classifier.predict_proba(["An odd film."])[0, 1]
    classifier.learn("An odd film.", 1)
    assert classifier.predict_proba(["An odd film."])[0, 1] > before
    distilled = classifier.metadata["distilled"]
    assert (distilled["teacher"], distilled["n_unlabelled"], distilled["n_left_out"]) == ("vectors", 155, 20)
    assert distilled["unlabelled"] == ["unlabelled.txt"]
    assert distilled["settings"]["embedding"]["size"] == 128


def test_one_table_compares_naive_bayes_teacher_and_student(finished):
    result = json.loads(finished.stdout)
    assert [row["name"] for row in result["rows"]] == ["naive Bayes", "teacher", "student"]
    assert [row["than"] for row in result["differences"]] == ["naive Bayes", "teacher"]
    assert all(0.5 < row["accuracy"] <= 1 for row in result["rows"])
    assert {"stage", "seconds", "cpu_seconds", "peak_MB"} == result["stages"][0].keys()
    assert "155 texts without labels; 20 are left out because CORPUS or --test has them." in finished.stderr
    assert "MB of memory" in finished.stderr


def test_soft_labels_in_a_file_give_the_same_student(corpora, finished):
    result = run(corpora, corpora / "soft", "--soft-labels", corpora / "soft.jsonl")
    assert result.exit_code == 0, result.output
    assert "teacher" not in result.stdout
    with np.load(corpora / "model/classifier.npz") as first, np.load(corpora / "soft/classifier.npz") as second:
        for name in set(first.files) - {"facts"}:
            assert first[name].tobytes() == second[name].tobytes(), name
    assert load_classifier(corpora / "soft").metadata["distilled"]["teacher"] == "soft labels"
    assert not (corpora / "soft" / FOLDER).exists()


def test_a_classifier_of_scikit_learn_teaches_as_the_documentation_says(corpora, tmp_path, monkeypatch):
    page = Path(__file__).parents[2] / "docs/how-to/soft-labels.md"
    [example] = re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    (tmp_path / "data").mkdir()
    shutil.copy(corpora / "train.csv", tmp_path / "data/movie_train.csv")
    shutil.copy(corpora / "unlabelled.txt", tmp_path)
    monkeypatch.chdir(tmp_path)
    exec(example, {})
    result = run(corpora, tmp_path / "model", "--soft-labels", tmp_path / "soft.jsonl")
    assert result.exit_code == 0, result.output
    assert load_classifier(tmp_path / "model").metadata["distilled"]["n_unlabelled"] == 155
    assert load_classifier(tmp_path / "model").predict_proba(["A great film, wonderful!"])[0, 1] > 0.5


# In a process of its own: end it, as SIGKILL does, when the n-th file has got its name.
KILLED = """
import os, sys
real, n_left = os.replace, int(sys.argv.pop(1))
def replace(*names):
    global n_left
    real(*names)
    n_left -= 1
    if not n_left:
        os.kill(os.getpid(), 9)
os.replace = replace
from movieclassifier.cli import main
main()
"""


def test_a_run_that_is_killed_again_and_again_goes_on_to_the_same_bytes(corpora, finished, tmp_path):
    options = ["--unlabelled", str(corpora / "unlabelled.txt"), "--resume"]
    # The plan, two files of rows, naive Bayes, … one more stage or two at each start.
    for n_files in (2, 3, 4, 5):
        killed = [sys.executable, "-c", KILLED, str(n_files), *command(corpora, tmp_path / "model", *options)]
        done = subprocess.run(killed, capture_output=True, text=True, env=dict(os.environ))
        assert done.returncode == -signal.SIGKILL, done.stderr
    done = subprocess.run([*CONSOLE, *command(corpora, tmp_path / "model", *options)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    expected = (corpora / "model" / "classifier.npz").read_bytes()
    assert (tmp_path / "model" / "classifier.npz").read_bytes() == expected


def test_only_the_same_run_is_resumed(corpora, finished):
    options = ["--unlabelled", corpora / "unlabelled.txt", "--resume"]
    result = run(corpora, corpora / "model", *options, "--seed", 2)
    assert result.exit_code == 2
    assert "is of a run with a different --seed; start without --resume" in result.stderr


def test_columns_are_pruned_by_weight_and_frequency(corpora, finished, tmp_path):
    result = run(corpora, tmp_path, "--soft-labels", corpora / "soft.jsonl", "--keep", 500, "--n-features", "2**14")
    assert result.exit_code == 0, result.output
    classifier = load_classifier(tmp_path)
    assert (len(classifier.columns), classifier.recipe.ngrams.n_features) == (500, 2**14)
    assert classifier.metadata["n_keep"] == 500


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "pass either --unlabelled PATH or --soft-labels FILE"),
        (["--unlabelled", "train.csv"], "no text without a label is left"),
        (["--soft-labels", "train.csv"], "train.csv, line 1: this is not valid JSON"),
        (["--soft-labels", "soft.jsonl", "--write-soft-labels", "x"], "leave it out with --soft-labels"),
        (["--unlabelled", "unlabelled.txt", "--teacher", "oracle"], "'oracle' is not"),
        (["--unlabelled", "unlabelled.txt", "--write-soft-labels", "nowhere/x"], "the folder of this file does not"),
    ],
)
def test_a_mistake_is_one_line(corpora, finished, tmp_path, options, message):
    result = run(corpora, tmp_path, *[corpora / name if (corpora / name).exists() else name for name in options])
    assert result.exit_code == 2
    assert message in result.stderr


@pytest.mark.parametrize("teacher", ["cnn", "vectors+cnn"])
def test_without_keras_nothing_is_begun(corpora, tmp_path, monkeypatch, teacher):
    monkeypatch.setattr(networks, "find_spec", lambda name: None)
    result = run(corpora, tmp_path / "model", "--unlabelled", corpora / "unlabelled.txt", "--teacher", teacher)
    assert result.exit_code == 2
    assert result.stderr.strip().endswith(networks.MISSING)
    assert len(result.stderr.splitlines()) == 1
    assert not (tmp_path / "model").exists()


def test_a_corpus_of_one_class_is_refused(corpora, tmp_path):
    (tmp_path / "one.csv").write_text("review,sentiment\nfine,1\ngood,1\n")
    options = ["--unlabelled", str(corpora / "unlabelled.txt"), "--model", str(tmp_path)]
    result = CliRunner().invoke(main, ["distill", str(tmp_path / "one.csv"), *options])
    assert (result.exit_code, "at least two classes; all are labelled 1" in result.stderr) == (2, True)


def test_several_classes_and_a_holdout(tmp_path):
    names = ["dull", "great", "odd"]
    lines = [json.dumps({"text": f"a {names[i % 3]} film number {i}", "label": names[i % 3]}) for i in range(90)]
    (tmp_path / "labelled.jsonl").write_text("\n".join(lines) + "\n")
    texts = [json.dumps({"text": f"such a {names[i % 3]} film, number {i}"}) for i in range(60)]
    (tmp_path / "texts.jsonl").write_text("\n".join(texts) + "\n")
    options = ["--unlabelled", str(tmp_path / "texts.jsonl"), "--model", str(tmp_path / "model")]
    result = CliRunner().invoke(main, ["distill", str(tmp_path / "labelled.jsonl"), *options])
    assert result.exit_code == 0, result.output
    assert "student      1.0000" in result.stdout
    classifier = load_classifier(tmp_path / "model")
    assert classifier.predict(["an odd film"]).tolist() == ["odd"]
    assert (classifier.metadata["n_train"], classifier.metadata["evaluated_on"]) == (81, "the holdout")


def test_the_report_shows_teacher_and_student(corpora, finished, tmp_path):
    facts = json.loads((corpora / "model" / "distilled.json").read_text("utf-8"))
    rows = {row["name"]: row["accuracy"] for row in json.loads(finished.stdout)["rows"]}
    counts = facts["counts"]
    assert sum(counts.values()) == 100
    assert counts["both"] + counts["student"] == round(100 * rows["student"])
    assert counts["both"] + counts["teacher"] == round(100 * rows["teacher"])
    assert len(facts["examples"]) == min(8, counts["teacher"] + counts["student"])
    assert [len(words) for words in facts["words"]] == [20, 20]
    given = ["report", corpora / "train.csv", "--test", corpora / "test.csv", "--model", corpora / "model"]
    result = CliRunner().invoke(main, [str(argument) for argument in [*given, "--output", tmp_path]])
    assert result.exit_code == 0, result.output
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "Teacher and student" in page
    assert f"the teacher alone on\n    {counts['teacher']}" in page
    assert facts["words"][1][0]["ngram"] in page


def test_a_record_alone_has_no_facts_of_its_distillation(corpora, finished, tmp_path):
    classifier = load_classifier(corpora / "model")
    assert load_distillation(corpora / "model" / "classifier.npz", classifier)["names"] == ["negative", "positive"]
    assert load_distillation(tmp_path, classifier) is None


def test_train_with_texts_without_labels_distils_the_same(corpora, finished, tmp_path):
    given = ["train", corpora / "train.csv", "--test", corpora / "test.csv", "--model", tmp_path]
    options = ["--unlabelled", corpora / "unlabelled.txt"]
    result = CliRunner().invoke(main, [str(argument) for argument in [*given, *options]])
    assert result.exit_code == 0, result.output
    assert (tmp_path / "classifier.npz").read_bytes() == (corpora / "model" / "classifier.npz").read_bytes()
    refused = CliRunner().invoke(main, [str(argument) for argument in [*given, *options, "--recipe", "book"]])
    assert (refused.exit_code, "--unlabelled does not go with --recipe" in refused.stderr) == (2, True)
