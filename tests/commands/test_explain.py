"""The parts of a decision add up, in colours on a terminal."""

import json
import math
import re

import click
import pytest

from movieclassifier import train
from movieclassifier.commands.explain import coloured
from movieclassifier.commands.shared.answers import shown_percent
from movieclassifier.models.persistence import load_classifier
from movieclassifier.models.writing import save_record
from tests.support.command_line import run
from tests.support.models import random_classifier

TEXT = "What a waste of time :("


def test_explanation_sums_to_the_decision_value(small_model):
    found = json.loads(run("explain", TEXT, "--json", "--model", small_model).stdout)
    total = found["intercept"] + sum(part["value"] for part in found["contributions"])
    assert total == pytest.approx(found["decision"])
    assert found["decision"] == pytest.approx(float(load_classifier(small_model).decision_function([TEXT])[0]))


def test_explain_lists_as_many_ngrams_as_asked_for(small_model):
    lines = run("explain", TEXT, "--limit", 2, "--model", small_model).stdout.splitlines()
    assert sum(line.startswith(("  +", "  -")) for line in lines) == 3
    assert sum(line.endswith(" others") for line in lines) == 1


def test_explain_says_how_the_sum_becomes_the_probability(small_model):
    lines = run("explain", TEXT, "--limit", 2, "--model", small_model).stdout.splitlines()
    decision = float(next(line for line in lines if line.startswith("decision value")).split()[2])
    temperature = float(re.search(r"temperature, ([\d.]+),", lines[-1])[1])
    positive = 1 / (1 + math.exp(-decision / temperature))
    assert f"({shown_percent(max(positive, 1 - positive))})" in lines[0]


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


def test_explain_names_the_runner_up_of_more_than_two_classes(tmp_path):
    films = [("a fine film", "good"), ("a dull film", "bad"), ("a long film", "mixed")] * 30
    train(films, n_features=2**12, n_holdout=0).save(tmp_path / "m.npz")
    first = run("explain", "fine", "--model", tmp_path / "m.npz").stdout.splitlines()[0]
    assert re.fullmatch(r"good \([<>]?[\d.]+%\), then (bad|mixed) \([<>]?[\d.]+%\)", first)
    assert json.loads(run("explain", "fine", "--json", "--model", tmp_path / "m.npz").stdout)["label"] == "good"


def test_labels_are_told_by_name(small_model):
    assert json.loads(run("explain", TEXT, "--json", "--model", small_model).stdout)["label"] == "positive"


def test_with_three_labels_the_figures_lead_to_the_probability(tmp_path):
    save_record(tmp_path / "model.npz", random_classifier(3, texts=("great film", "dull plot", "fine cast")))
    lines = run("explain", "great film", "--model", tmp_path / "model.npz").stdout.splitlines()
    alone, total, share = map(float, re.findall(r"\d+\.\d{4}", lines[-1]))
    assert share == pytest.approx(alone / total, abs=1e-3)
    assert f"({shown_percent(share)})" in lines[0]


def test_explain_lists_no_ngram_that_adds_nothing(small_model):
    output = run("explain", TEXT + " zzyx qwvx", "--model", small_model).stdout
    assert "0.0000" not in output
    assert re.search(r"\d+ more n-grams add nothing", output)


def test_explain_says_that_a_text_is_too_short_to_trust(small_model):
    doubt = "No more than 1 word of it is known to the model."
    assert run("explain", "wonderful", "--model", small_model).stdout.split("\n\n")[1] == doubt
    assert doubt not in run("explain", "a wonderful film that I loved", "--model", small_model).stdout
