"""The metrics of a model on a corpus, whose labels are those of the model."""

import json
import re
from importlib.resources import files

import numpy as np
import pytest

from movieclassifier.models.writing import save_record
from tests.support.command_line import run
from tests.support.models import random_classifier

SAMPLE = str(files("movieclassifier").joinpath("bundled/sample_reviews.csv"))


def test_evaluate_gives_the_metrics_of_the_classifier(small_model):
    found = json.loads(run("evaluate", SAMPLE, "--json", "--model", small_model).stdout)
    assert found["n_documents"] == 400
    assert sum(map(sum, found["confusion_matrix"])) == 400
    right = found["confusion_matrix"][0][0] + found["confusion_matrix"][1][1]
    assert found["accuracy"] == right / 400
    assert "confusion matrix" in run("evaluate", SAMPLE, "--model", small_model).stdout


def test_evaluate_knows_labels_by_their_names(small_model, tmp_path):
    named = tmp_path / "named.csv"
    named.write_text("text,label\nawful,negative\nwonderful,positive\nbad,negative\n")
    assert json.loads(run("evaluate", named, "--json", "--model", small_model).stdout)["n_documents"] == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], r"has the labels 0, 1; the model knows grim, warm\. Pass --labels 0=grim,1=warm or a mapping"),
        (["--labels", "0=bad,1=good"], r"has the labels bad, good; the model knows .+ Pass --labels 0=grim,1=warm or"),
    ],
)
def test_evaluate_says_which_labels_the_model_knows(options, message, tmp_path):
    classifier = random_classifier()
    classifier.classes_ = np.array(["grim", "warm"])
    classifier.label_names = ("grim", "warm")
    save_record(tmp_path / "classifier.npz", classifier)
    result = run("evaluate", SAMPLE, "--model", tmp_path, *options)
    assert result.exit_code == 2
    assert re.search(message, result.stderr), result.stderr
    assert run("evaluate", SAMPLE, "--model", tmp_path, "--labels", "0=grim,1=warm").exit_code == 0


def test_evaluate_offers_no_order_as_it_takes_that_of_the_corpus(small_model):
    result = run("evaluate", SAMPLE, "--shuffle", "--model", small_model)
    assert result.exit_code == 2
    assert "No such option '--shuffle'" in result.stderr


@pytest.mark.parametrize(("trained", "name"), [(False, "the bundled model"), (True, "pkl_objects/classifier.npz")])
@pytest.mark.parametrize("options", [[], ["--labels", "ham=ham,spam=spam"]])
def test_labels_of_no_class_name_the_model_that_was_taken(trained, name, options, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.csv").write_text("text,label\nnice,ham\nbuy,spam\n")
    if trained:
        save_record((tmp_path / "pkl_objects").mkdir() or "pkl_objects/classifier.npz", random_classifier())
    hint = f"The model is {name}; --model takes a different one."
    assert run("evaluate", "mine.csv", *options).stderr.endswith(f" {hint}\n")
    save_record(tmp_path / "own.npz", random_classifier())
    assert "The model is" not in run("evaluate", "mine.csv", "--model", "own.npz", *options).stderr


@pytest.mark.parametrize("command", ["train", "evaluate", "compare", "tune", "distill", "live threshold"])
@pytest.mark.parametrize("second", ["mine.csv", "./mine.csv", "m*.csv"])
def test_a_file_that_is_named_twice_is_refused(command, second, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.csv").write_text("text,label\nfine,1\ndull,0\n" * 20)
    more = ["--unlabelled", "mine.csv"] if command == "distill" else []
    result = run(*command.split(), "mine.csv", second, *more)
    assert result.exit_code == 2
    assert re.search(r"mine\.csv: this is named twice, .+; name it once\.\n$", result.stderr), result.output


def test_texts_without_labels_that_are_named_twice_are_refused(tmp_path):
    (tmp_path / "texts.txt").write_text("fine\n")
    result = run("distill", SAMPLE, "--unlabelled", tmp_path / "texts.txt", "--unlabelled", f"{tmp_path}/./texts.txt")
    assert result.exit_code == 2
    assert "texts.txt: this is named twice" in result.stderr
