"""The versions, the path in use and the model are told."""

import json

from movieclassifier import __version__
from movieclassifier.models.writing import save_record
from tests.support.command_line import run
from tests.support.models import random_classifier


def test_info_tells_versions_path_and_model(small_model):
    found = json.loads(run("info", "--json", "--model", small_model).stdout)
    assert found["movieclassifier"] == __version__
    assert found["hashing"]["backend"] in ("compiled", "pure Python")
    model = found["model"]
    assert model["path"] == str(small_model / "classifier.npz")
    assert (model["labels"], model["classes"]) == (["negative", "positive"], [0, 1])
    assert (model["corpus"], model["n_train"], model["sample"]) == (["sample_reviews.csv"], 360, True)
    assert model["recipe"]["name"] == "default"
    assert 0.5 < model["metrics"]["accuracy"] < 1
    shown = run("info", "--model", small_model).stdout
    assert "trained on       360 documents of sample_reviews.csv" in shown
    assert "columns" in run("info", "--model", small_model).stdout


def test_info_speaks_the_words_of_the_model_and_no_terminal_obeys_them(tmp_path):
    classifier = random_classifier(texts=("a fine film", "a dull film"))
    classifier.metadata["ngrams"] = ["film", "\x1b[31mfine", "dull"]
    save_record(tmp_path / "m.npz", classifier)
    shown = run("info", "--model", tmp_path / "m.npz").stdout
    assert "for 1 " in shown or "for 0 " in shown
    assert "\x1b" not in shown
    words = json.loads(run("info", "--json", "--model", tmp_path / "m.npz").stdout)["model"]["words"]
    assert list(words) == ["0", "1"]


def test_info_takes_the_model_as_an_argument_too(small_model):
    assert run("info", small_model).output == run("info", "--model", small_model).output
    result = run("info", small_model, "--model", small_model)
    assert result.exit_code == 2
    assert "Name one model" in result.output


def test_labels_that_begin_alike_are_shown_in_full(tmp_path):
    classifier = random_classifier(texts=("a fine film", "a dull film"))
    classifier.label_names = ("entertainment news", "entertainment views")
    classifier.metadata["ngrams"] = ["film", "fine", "dull"]
    save_record(tmp_path / "m.npz", classifier)
    lines = run("info", "--model", tmp_path / "m.npz").stdout.splitlines()
    assert {line[:24].rstrip() for line in lines if line.startswith("for ")} == {
        "for entertainment news",
        "for entertainment views",
    }
