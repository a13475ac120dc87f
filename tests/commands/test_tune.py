"""A search from the command line: it goes on after a kill, and its winner is a recipe."""

import csv
import json
import os
import signal
import subprocess
import sys
import time

import pytest
from click.testing import CliRunner

from movieclassifier.cli import main
from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.evaluation.tuning_journal import Journal
from movieclassifier.models.persistence import load_classifier
from movieclassifier.recipes.toml import read_recipe
from tests.support.patience import PATIENCE

SAMPLE = "movieclassifier/bundled/sample_reviews.csv"
SMALL = {"n_features": [2**8, 2**10], "alpha": [1e-6, 1e-4], "ngram_range": [[1, 1], [1, 2]], "passes": [1, 2]}
COMMAND = [
    "tune",
    SAMPLE,
    "--format",
    "csv",
    "--candidates",
    "7",
    "--folds",
    "2",
    "--n-features",
    "1024",
    "--ngrams",
    "1",
]


@pytest.fixture
def space(tmp_path):
    path = tmp_path / "space.toml"
    path.write_text("".join(f"{name} = {json.dumps(values)}\n" for name, values in SMALL.items()))
    return path


@pytest.mark.parametrize("now", [["--text-column", "other"], ["--text-column", "text", "--labels", "0=1,1=0"]])
def test_results_of_a_corpus_that_was_read_in_a_different_way_are_not_used(space, tmp_path, now):
    path, output = tmp_path / "two.csv", tmp_path / "best.toml"
    with open(path, "w", newline="") as file:
        rows = [(text, "nothing", label) for text, label in open_corpus(SAMPLE)]
        csv.writer(file).writerows([("text", "other", "label"), *rows])
    arguments = ["tune", str(path), *COMMAND[2:], "--space", str(space), "--output", str(output)]
    arguments += ["--budget", "0.00001"]
    assert CliRunner().invoke(main, [*arguments, "--text-column", "text"]).exit_code == 0
    again = CliRunner().invoke(main, [*arguments, "--text-column", "text"])
    assert (again.exit_code, "Going on from 1 result " in again.stderr) == (0, True)
    result = CliRunner().invoke(main, [*arguments, *now])
    assert result.exit_code == 2
    assert "best.jsonl belongs to a search with a different way of reading" in result.stderr


@pytest.mark.parametrize("name", ["x.jsonl", "noext", "missing/x.toml"])
def test_a_place_for_no_recipe_is_refused_before_the_work(tmp_path, name):
    result = CliRunner().invoke(main, [*COMMAND, "--output", str(tmp_path / name)])
    assert result.exit_code == 2
    assert ("name ends in .toml" in result.stderr) or ("folder of this file does not exist" in result.stderr)
    assert list(tmp_path.iterdir()) == []


def invoke(*arguments):
    result = CliRunner().invoke(main, [*COMMAND, *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result


@pytest.mark.parametrize("engine", ["local", "dask"])
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_search_finds_the_same_on_every_engine(engine, space, tmp_path):
    if engine == "dask":
        pytest.importorskip("distributed", reason="the extra dask is not installed")
    for name, options in ("one.toml", []), ("two.toml", ["--on", engine, "--workers", "2"]):
        invoke("--space", space, "--output", tmp_path / name, *options)
    one, two = (read_recipe(tmp_path / name).to_dict() for name in ("one.toml", "two.toml"))
    assert one | {"name": ""} == two | {"name": ""}
    journals = [(tmp_path / name).read_text().splitlines() for name in ("one.jsonl", "two.jsonl")]
    rows = [[json.loads(line) | {"seconds": 0} for line in journal] for journal in journals]
    assert rows[0] == rows[1]


def test_the_winner_is_a_recipe_to_train_with(space, tmp_path):
    output = tmp_path / "best.toml"
    result = invoke("--space", space, "--output", output)
    found = json.loads(invoke("--space", space, "--output", output, "--json").stdout)
    recipe = read_recipe(output)
    assert recipe.name == "best"
    settings = json.loads(json.dumps(recipe.to_dict()))
    assert [settings[name] for name in SMALL] == [found["recipe"][name] for name in SMALL]
    assert f"accuracy {found['score']['accuracy']:.4f}" in output.read_text()
    assert "measured on 360 documents in 2 folds" in result.stdout
    trained = CliRunner().invoke(main, ["train", SAMPLE, "--recipe", str(output), "--model", str(tmp_path)])
    assert trained.exit_code == 0, trained.output
    assert load_classifier(tmp_path).recipe == recipe


def test_a_killed_search_goes_on_to_the_same_winner(space, tmp_path):
    straight, killed = tmp_path / "straight.toml", tmp_path / "killed.toml"
    invoke("--space", space, "--output", straight)
    code = "from movieclassifier.cli import main; main()"
    command = [sys.executable, "-c", code, *COMMAND, "--space", str(space), "--output", str(killed)]
    process = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": os.getcwd()}, stderr=subprocess.DEVNULL)
    journal, deadline = killed.with_suffix(".jsonl"), time.monotonic() + PATIENCE
    while time.monotonic() < deadline and not (journal.exists() and journal.read_text().count("\n") > 2):
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    result = invoke("--space", space, "--output", killed)
    assert "Going on from" in result.stderr
    assert killed.read_text().replace("killed", "straight") == straight.read_text()


def test_budget_and_json_are_told(space, tmp_path):
    output = tmp_path / "best.toml"
    result = invoke("--space", space, "--output", output, "--budget", "0.00001")
    assert "The budget ended before the search; the same command goes on." in result.stdout
    found = json.loads(invoke("--space", space, "--output", output, "--json").stdout)
    assert found["finished"]
    assert found["score"]["accuracy"] >= found["base_score"]["accuracy"]
    assert found["ranking"][0][0]["n_features"] == found["recipe"]["n_features"]


def test_a_different_search_with_the_same_output_is_one_line(space, tmp_path):
    output = tmp_path / "best.toml"
    invoke("--space", space, "--output", output, "--budget", "0.00001")
    result = CliRunner().invoke(main, [*COMMAND, "--space", str(space), "--output", str(output), "--seed", "5"])
    assert result.exit_code == 2
    assert (
        "best.jsonl belongs to a search with a different --seed; pass a different --output, or remove it."
        in result.output
    )


def test_ctrl_c_says_how_to_go_on(space, tmp_path, monkeypatch):
    add = Journal.add

    def interrupted(journal, *facts):
        add(journal, *facts)
        raise KeyboardInterrupt

    monkeypatch.setattr(Journal, "add", interrupted)
    arguments = [*COMMAND, "--space", str(space), "--output", str(tmp_path / "best.toml")]
    stopped = CliRunner().invoke(main, arguments)
    assert stopped.exit_code == 130
    said = f"Stopped. Repeat the command to go on from 1 result in {tmp_path / 'best.jsonl'}."
    assert stopped.stderr.splitlines()[-1] == said
