"""A comparison from the command line: its table, its JSON and its page."""

import csv
import json
import re

import pytest
from click.testing import CliRunner

from movieclassifier.cli import main
from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.models.persistence import load_classifier
from movieclassifier.recipes.names import RECIPES

SAMPLE = "movieclassifier/bundled/sample_reviews.csv"


def write_csv(path, documents):
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([("review", "sentiment"), *documents])


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


def test_default_row_is_what_train_reports(tmp_path):
    arguments = ["--n-holdout", "80", "--json"]
    compared = CliRunner().invoke(main, ["compare", SAMPLE, "--recipe", "default", *arguments])
    trained = CliRunner().invoke(main, ["train", SAMPLE, "--model", str(tmp_path), *arguments])
    (row,) = json.loads(compared.stdout)["rows"]
    metrics = json.loads(trained.stdout)
    assert (row["accuracy"], row["log_loss"]) == (metrics["accuracy"], metrics["log_loss"])
    assert row["model_megabytes"] * 1e6 == pytest.approx((tmp_path / "classifier.npz").stat().st_size, rel=0.1)
    assert load_classifier(tmp_path).metadata["n_holdout"] == 80


def test_a_different_corpus_can_be_tested_on(tmp_path):
    write_csv(tmp_path / "test.csv", list(open_corpus(SAMPLE))[:60])
    arguments = ["compare", SAMPLE, "--test", str(tmp_path / "test.csv"), "--recipe", "multinomial-nb"]
    found = CliRunner().invoke(main, arguments)
    assert "400 documents in 2 classes; trained on 400, tested on test.csv" in found.stdout
    assert "multinomial-nb  in memory  1.0000 ± 0.0000" in found.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--recipe", "best"], "'best' is not one of book, default, 3-passes"),
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


COST = ("train_seconds", "peak_megabytes")


@pytest.mark.parametrize("engine", ["local", "dask"])
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_figures_do_not_depend_on_the_engine(engine, result, tmp_path):
    if engine == "dask":
        pytest.importorskip("distributed", reason="the extra dask is not installed")
    (tmp_path / "mine.toml").write_text('base = "book"\nn_features = 4096\n')
    arguments = ["compare", SAMPLE, "--folds", "2", "--json", "--on", engine, "--workers", "2"]
    for recipe in ("default", "linear-svm", str(tmp_path / "mine.toml")):
        arguments += ["--recipe", recipe]
    found = CliRunner().invoke(main, arguments)
    assert found.exit_code == 0, found.output
    facts = json.loads(found.stdout)
    assert all(row["peak_megabytes"] is None for row in facts["rows"])
    expected, rows = ([dict(row, **dict.fromkeys(COST)) for row in each["rows"]] for each in (result[0], facts))
    assert rows == expected
    assert {**facts, "rows": None} == {**result[0], "rows": None}


def test_every_recipe_can_be_compared(monkeypatch):
    monkeypatch.setitem(RECIPES, "contributed", RECIPES["default"].with_settings(name="contributed", n_features=2**12))
    names = [argument for name in RECIPES for argument in ("--recipe", name)]
    result = CliRunner().invoke(main, ["compare", SAMPLE, *names, "--json"])
    assert result.exit_code == 0, result.output
    rows = json.loads(result.stdout)["rows"]
    assert {row["recipe"] for row in rows} == set(RECIPES)
    assert all(not row["error"] and row["accuracy"] > 0.5 for row in rows)
    assert "student, contributed" in CliRunner().invoke(main, ["compare", SAMPLE, "--recipe", "best"]).output


def test_a_corpus_that_is_also_the_test_is_warned_of(tmp_path):
    write_csv(tmp_path / "mine.csv", list(open_corpus(SAMPLE)))
    given = ["compare", str(tmp_path / "mine.csv"), "--recipe", "default"]
    assert "is trained on" not in CliRunner().invoke(main, [*given, "--test", SAMPLE]).stderr
    found = CliRunner().invoke(main, [*given, "--test", str(tmp_path / "mine.csv")])
    assert "Warning: mine.csv is trained on, so how well the model does there says nothing" in found.stderr
