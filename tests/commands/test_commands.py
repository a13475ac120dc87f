"""Every command documents its options, starts without scikit-learn, and turns a mistake into one line."""

import json
import math
import os
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner

from movieclassifier import __version__
from movieclassifier.cli import COMMANDS, main
from movieclassifier.commands.explain import coloured
from movieclassifier.commands.shared.texts import shorten
from movieclassifier.models.persistence import load_classifier
from movieclassifier.models.record import record_bytes, save_record
from tests.support.models import random_classifier

SAMPLE = str(files("movieclassifier").joinpath("bundled/sample_reviews.csv"))
CONSOLE = [sys.executable, "-c", "from movieclassifier.cli import main; main()"]
TEXT = "What a waste of time :("


def run(*arguments, **settings):
    return CliRunner().invoke(main, [str(argument) for argument in arguments], **settings)


def all_commands(command=main, name="movieclassifier"):
    """Yield every command and subcommand with its name."""
    context = click.Context(command, info_name=name)
    yield name, command
    if isinstance(command, click.Group):
        for sub in command.list_commands(context):
            yield from all_commands(command.get_command(context, sub), f"{name} {sub}")


EVERY_COMMAND = dict(all_commands())


@pytest.mark.parametrize("name", EVERY_COMMAND)
def test_help_documents_the_command_and_each_option(name):
    command = EVERY_COMMAND[name]
    result = run(*name.split()[1:], "--help")
    assert result.exit_code == 0, result.output
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{parameter.opts} is undocumented"
            assert all(option in result.output for option in parameter.opts)


def test_help_lists_every_command():
    listed = run("--help").output
    assert all(f"  {name} " in listed for name in COMMANDS)
    assert "..." not in listed.split("Commands:")[1]


def test_unknown_command_and_version():
    assert run("fly").exit_code == 2
    assert __version__ in run("--version").output


def imported(*arguments, environment=()):
    """Run a command in a process of its own; returns the heavy packages that it has imported."""
    code = (
        "import sys, click\n"
        "from movieclassifier.cli import main\n"
        "try:\n    main(sys.argv[1:])\n"
        "except SystemExit as end:\n    assert not end.code, end.code\n"
        "print(*[name for name in ('sklearn', 'scipy', 'pandas', 'flask') if name in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | dict(environment),
    )
    return done.stderr.splitlines()[-1]


def test_help_of_all_commands_together_imports_nothing_heavy():
    assert imported("--help") == ""


@pytest.mark.parametrize("name", ["train", "predict", "evaluate", "explain", "prune", "info", "shuffle"])
def test_help_imports_no_scikit_learn(name):
    found = imported(name, "--help")
    assert "sklearn" not in found
    assert "scipy" not in found


@pytest.mark.parametrize("arguments", [("predict", TEXT), ("info",)], ids=lambda value: value[0])
def test_predicting_imports_no_scikit_learn(arguments, small_model):
    pytest.importorskip("movieclassifier.features._hashing", reason="the definition of hashing is scikit-learn's")
    found = imported(*arguments, "--model", small_model, environment={"MOVIECLASSIFIER_PURE_PYTHON": "0"})
    assert "sklearn" not in found
    assert "scipy" not in found


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


def test_long_text_is_shown_on_one_short_line():
    assert shorten("spam\n" * 50) == "spam " * 11 + "spam…"
    assert len(shorten("x" * 1000)) == 60


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
        ([], r"has the labels 0, 1; the model knows grim, warm\. Pass --labels to map them, such as 0=grim,1=warm\."),
        (["--labels", "0=bad,1=good"], r"has the labels bad, good; the model knows .+, such as 0=grim,1=warm\."),
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


def test_explanation_sums_to_the_decision_value(small_model):
    found = json.loads(run("explain", TEXT, "--json", "--model", small_model).stdout)
    total = found["intercept"] + sum(part["value"] for part in found["contributions"])
    assert total == pytest.approx(found["decision"])
    assert found["decision"] == pytest.approx(float(load_classifier(small_model).decision_function([TEXT])[0]))


def test_explain_lists_as_many_ngrams_as_asked_for(small_model):
    lines = run("explain", TEXT, "--limit", 2, "--model", small_model).stdout.splitlines()
    assert sum(line.startswith(("  +", "  -")) for line in lines) == 3
    assert lines[-2].endswith(" others")


def test_explain_says_how_the_sum_becomes_the_probability(small_model):
    lines = run("explain", TEXT, "--limit", 2, "--model", small_model).stdout.splitlines()
    decision = float(next(line for line in lines if line.startswith("decision value")).split()[2])
    temperature = float(re.search(r"temperature, ([\d.]+),", lines[-1])[1])
    positive = 1 / (1 + math.exp(-decision / temperature))
    assert f"({max(positive, 1 - positive):.1%})" in lines[0]


def test_explain_of_an_uncalibrated_model_speaks_of_no_temperature(tmp_path):
    classifier = random_classifier(texts=("great movie",))
    classifier.temperature_ = 1.0
    save_record(tmp_path / "model.npz", classifier)
    assert "temperature" not in run("explain", "great movie", "--model", tmp_path / "model.npz").stdout


def test_explain_reads_the_text_from_standard_input(small_model):
    arguments = ("--json", "--model", small_model)
    assert run("explain", "-", *arguments, input=TEXT).stdout == run("explain", TEXT, *arguments).stdout
    refused = run("explain", "-", *arguments, input=b"caf\xe9")
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "Error: standard input: not UTF-8" in refused.stderr


def test_explain_says_that_there_is_nothing_to_explain(small_model):
    assert run("explain", "", "--model", small_model).stdout == "There is no text.\n"
    assert run("explain", "日本語", "--model", small_model).stdout.startswith("No word of it is known to the model.")


def test_explain_uses_colours_on_a_terminal_only(small_model):
    arguments = ("explain", TEXT, "--model", small_model)
    assert "\x1b[" in run(*arguments, color=True).stdout
    assert "\x1b[" not in run(*arguments).stdout


@pytest.mark.parametrize("text", ["", "   ", "日本語", "<br /><br />", "\x1b[31mred"])
def test_any_text_is_predicted_and_explained(text, small_model):
    for command in ("predict", "explain"):
        assert run(command, "--model", small_model, "--", text).exit_code == 0
    assert click.unstyle(coloured(load_classifier(small_model).explain("a film"))).replace("[", "").startswith("a")


def test_prune_keeps_the_largest_weights_and_forgets_the_metrics(small_model, tmp_path):
    before = load_classifier(small_model)
    result = run("prune", "--model", small_model, "--output", tmp_path / "small.npz", "--keep", 200)
    after = load_classifier(tmp_path / "small.npz")
    assert f"200 of {len(before.columns):,} columns" in result.output
    assert len(after.columns) == 200
    assert set(after.columns) <= set(before.columns)
    assert "metrics" not in after.metadata
    assert (
        abs(after.coef_[0, after.columns]).min()
        >= abs(before.coef_[0, list(set(before.columns) - set(after.columns))]).max()
    )


def test_prune_of_less_changes_no_weight(small_model, tmp_path):
    assert run("prune", "--model", small_model, "--output", tmp_path / "same.npz", "--keep", 10**9).exit_code == 0
    assert load_classifier(tmp_path / "same.npz").weights_sha256() == load_classifier(small_model).weights_sha256()


def test_info_tells_versions_path_and_model(small_model):
    found = json.loads(run("info", "--json", "--model", small_model).stdout)
    assert found["movieclassifier"] == __version__
    assert found["model"] == str(small_model / "classifier.npz")
    assert found["labels"] == "negative, positive"
    assert found["trained on"] == "360 documents of sample_reviews.csv"
    assert "columns" in run("info", "--model", small_model).stdout


NO_MODEL = [
    ("predict", TEXT),
    ("explain", TEXT),
    ("evaluate", SAMPLE),
    ("info",),
]


@pytest.mark.parametrize("arguments", NO_MODEL, ids=lambda value: value[0])
@pytest.mark.parametrize(
    ("content", "message"), [(None, "No such file or directory"), (b"PK\x03\x04", "is not a model of movieclassifier")]
)
def test_missing_or_damaged_model_is_one_line(arguments, content, message, tmp_path):
    path = tmp_path / "model.npz"
    if content is not None:
        path.write_bytes(content)
    result = run(*arguments, "--model", path)
    assert result.exit_code == 2
    assert result.stdout == ""
    (line,) = [line for line in result.stderr.splitlines() if "read as" not in line]
    assert line.startswith(f"Error: {path}")
    assert message in line


def test_prune_that_cannot_write_leaves_what_was_there(small_model, tmp_path):
    (tmp_path / "out.npz").write_bytes(record_bytes(random_classifier()))
    before = (tmp_path / "out.npz").read_bytes()
    assert run("prune", "--model", tmp_path / "none.npz", "--output", tmp_path / "out.npz").exit_code == 2
    assert run("prune", "--model", small_model, "--output", tmp_path / "none" / "out.npz").exit_code == 2
    assert (tmp_path / "out.npz").read_bytes() == before
    assert [path.name for path in Path(tmp_path).iterdir()] == ["out.npz"]


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
