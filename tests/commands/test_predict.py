"""Each text and each line gets an answer, and a mistake is one line."""

import json
import os
import subprocess
import sys

import pytest

from movieclassifier.models.persistence import load_classifier
from tests.support.command_line import run

CONSOLE = [sys.executable, "-c", "from movieclassifier.cli import main; main()"]
TEXT = "What a waste of time :("


def test_predict_prints_label_probability_and_text(small_model):
    result = run("predict", TEXT, "a wonderful, warm film", "--model", small_model)
    y_proba = load_classifier(small_model).predict_proba([TEXT, "a wonderful, warm film"])
    lines = [line.split("\t") for line in result.stdout.splitlines()]
    assert [text for _, _, text in lines] == [TEXT, "a wonderful, warm film"]
    for (label, probability, _), row in zip(lines, y_proba, strict=True):
        assert label == ("negative", "positive")[row.argmax()]
        assert probability == f"{row.max():.3f}"


def test_predict_prints_one_json_object_per_text(small_model):
    result = run("predict", TEXT, "fine", "--json", "--model", small_model)
    for line, text in zip(result.stdout.splitlines(), [TEXT, "fine"], strict=True):
        found = json.loads(line)
        expected = load_classifier(small_model).predict_proba([text])[0].tolist()
        assert list(found["probabilities"].values()) == pytest.approx(expected)
        assert found["label"] == max(found["probabilities"], key=found["probabilities"].get)


def test_predict_names_no_label_where_no_word_is_known(small_model):
    lines = run("predict", "👍", "", TEXT, "--model", small_model).stdout.splitlines()
    assert lines[0] == "-\t-\t👍\tThere is no word in it. A model trained with --tokenizer tweet reads emoji."
    assert lines[1] == "-\t-\t\tThere is no text."
    assert lines[2].split("\t")[0] in ("negative", "positive")
    found = json.loads(run("predict", "👍", "--json", "--model", small_model).stdout)
    assert (found["label"], found["n_known"]) == (None, 0)


@pytest.mark.parametrize("how", ["file", "dash", "argument", "stdin"])
def test_predict_answers_each_line_and_blank_ones_too(how, small_model, tmp_path):
    path = tmp_path / "texts.txt"
    path.write_bytes("grauenhaft café\n\n  \r\nfine\r\nno line break at the end".encode())
    option = {"file": ["--input", path], "dash": ["--input", "-"], "argument": ["-"], "stdin": []}[how]
    with open(path, "rb") as stdin:
        done = subprocess.run(
            [*CONSOLE, "predict", *option, "--model", small_model],
            stdin=stdin,
            capture_output=True,
            check=True,
        )
    texts = [line.split("\t")[2] for line in done.stdout.decode().splitlines()]
    assert texts == ["grauenhaft café", "", "", "fine", "no line break at the end"]


def test_predict_without_training_says_that_it_takes_the_bundled_model(tmp_path):
    done = subprocess.run(
        [*CONSOLE, "predict", "what a waste of time"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.getcwd()},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("negative\t")
    assert "Using the bundled model." in done.stderr


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"fine\ncaf\xe9\n", "line 2: not UTF-8"), (None, "No such file or directory")],
)
def test_file_that_cannot_be_read_is_one_line(content, message, small_model, tmp_path):
    path = tmp_path / "texts.txt"
    if content is not None:
        path.write_bytes(content)
    result = run("predict", "--input", path, "--model", small_model)
    assert result.exit_code == 2
    assert message in result.stderr.splitlines()[-1]


def test_texts_and_a_file_together_are_refused(small_model):
    result = run("predict", TEXT, "--input", "-", "--model", small_model)
    assert result.exit_code == 2
    assert "pass texts or --input, not both." in result.stderr
