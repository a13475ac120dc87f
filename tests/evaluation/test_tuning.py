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
from movieclassifier.corpora.parts import Slice
from movieclassifier.corpora.survey import survey
from movieclassifier.evaluation.search_space import SPACE, read_space
from movieclassifier.evaluation.tuning import Search, evaluate, n_evaluations, tune
from movieclassifier.evaluation.tuning_journal import Journal, Score
from movieclassifier.models.persistence import load_classifier
from movieclassifier.recipes.linear import Recipe
from movieclassifier.recipes.names import make_recipe
from movieclassifier.recipes.toml import read_recipe
from tests.support.patience import PATIENCE

SAMPLE = "movieclassifier/bundled/sample_reviews.csv"
SMALL = {"n_features": [2**8, 2**10], "alpha": [1e-6, 1e-4], "ngram_range": [[1, 1], [1, 2]], "passes": [1, 2]}
BASE = Recipe().with_settings(n_features=2**10, ngram_range=(1, 1))
SEARCH = Search(BASE, SMALL, n_candidates=7, n_train=360, n_folds=2)
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


@pytest.fixture(scope="module")
def documents():
    corpus = open_corpus(SAMPLE)
    return Slice(corpus, survey(corpus).labels, stop=360)


@pytest.fixture(scope="module")
def straight(documents, tmp_path_factory):
    """Search without a break."""
    journal = Journal(tmp_path_factory.mktemp("straight") / "journal.jsonl", SEARCH.to_dict())
    return tune(SEARCH, documents, (0, 1), journal), journal


@pytest.fixture
def space(tmp_path):
    path = tmp_path / "space.toml"
    path.write_text("".join(f"{name} = {json.dumps(values)}\n" for name, values in SMALL.items()))
    return path


def without_seconds(path):
    return [json.loads(line) | {"seconds": 0} for line in path.read_text().splitlines()]


def test_candidates_are_the_base_and_draws_without_repeats():
    candidates = SEARCH.candidates()
    assert candidates[0] == BASE
    assert len(candidates) == len(set(candidates)) == 7
    assert candidates == SEARCH.candidates()
    assert candidates != Search(BASE, SMALL, 7, 360, seed=2).candidates()
    for recipe in candidates:
        assert {recipe.ngrams.n_features, recipe.alpha, recipe.ngrams.ngram_range, recipe.passes} <= {
            2**8,
            2**10,
            1e-6,
            1e-4,
            (1, 1),
            (1, 2),
            1,
            2,
        }


def test_a_small_space_gives_fewer_candidates():
    assert len(Search(BASE, SMALL, 99, 360).candidates()) == 16
    assert (
        len(Search(Recipe().with_settings(min_df=9), SMALL, 99, 360).candidates()) == 17
    )  # the base is not in the space


def test_candidates_of_a_huge_space_are_drawn_at_once():
    space = {"alpha": [i / 1e9 for i in range(1, 1001)], "min_df": list(range(1, 1001)), "passes": list(range(1, 1001))}
    assert len(set(Search(BASE, space, 27, 360).candidates())) == 27


def test_combinations_that_make_no_recipe_are_left_out():
    space = {"log_count_ratio": [True, False], "alternate_sign": [True, False]}
    found = {
        (recipe.log_count_ratio, recipe.ngrams.alternate_sign) for recipe in Search(BASE, space, 9, 360).candidates()
    }
    assert found == {(True, False), (False, True), (False, False)}
    with pytest.raises(ValueError, match="alternate_sign"):
        Search(BASE, {"log_count_ratio": [True], "alternate_sign": [True]}, 9, 360).candidates()


def test_settings_outside_the_space_stay_those_of_the_base():
    base = make_recipe("book", n_features=2**10, alpha=1e-3)
    found = Search(base, {"ngram_range": [[1, 2]], "passes": [3]}, 9, 360).candidates()
    assert found[1] == make_recipe("book", n_features=2**10, alpha=1e-3, ngram_range=(1, 2), passes=3)


@pytest.mark.parametrize(
    ("n_candidates", "n_train", "rungs"),
    [
        (27, 45_000, [(27, 5_000), (9, 15_000), (3, 45_000)]),
        (10, 45_000, [(10, 5_000), (9, 15_000), (3, 45_000)]),
        (2, 400, [(2, 400)]),
        (27, 400, [(27, 200), (9, 200), (3, 400)]),
        (9, 60, [(9, 60), (3, 60)]),
    ],
)
def test_a_third_of_the_candidates_gets_three_times_the_documents(n_candidates, n_train, rungs):
    assert Search(BASE, SMALL, 27, n_train).rungs(n_candidates) == rungs


def test_the_winner_is_the_best_on_all_documents(straight, documents):
    found, journal = straight
    on_all = {number: score for (number, n_documents), score in journal.scores.items() if n_documents == 360}
    assert found.finished
    assert found.n_documents == 360
    assert found.score == min(on_all.values(), key=Score.rank)
    assert found.base_score == on_all[0]
    assert found.score.accuracy >= found.base_score.accuracy
    score = evaluate(found.recipe, documents, (0, 1), SEARCH)
    assert (score.accuracy, score.log_loss) == (found.score.accuracy, found.score.log_loss)
    assert found.n_evaluations <= n_evaluations(SEARCH)


def test_better_candidates_go_on_and_the_base_always(straight):
    _, journal = straight
    first = {number: score for (number, n_documents), score in journal.scores.items() if n_documents == 200}
    on_all = {number for number, n_documents in journal.scores if n_documents == 360}
    best = sorted(first, key=lambda number: first[number].rank())[:3]
    assert on_all == {0, *best}


@pytest.mark.parametrize("n_lines", [1, 5, 11])
@pytest.mark.parametrize("torn", [b"", b'{"candidate": 3, "n_docu'])
def test_a_search_goes_on_to_the_same_end(straight, documents, tmp_path, n_lines, torn):
    found, journal = straight
    path = tmp_path / "journal.jsonl"
    lines = journal.path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:n_lines]) + torn)
    again = tune(SEARCH, documents, (0, 1), Journal(path, SEARCH.to_dict()))
    assert again.recipe == found.recipe
    assert [recipe for recipe, _ in again.ranking] == [recipe for recipe, _ in found.ranking]
    assert without_seconds(path) == without_seconds(journal.path)


def test_nothing_is_measured_twice(straight, documents, monkeypatch):
    found, journal = straight
    monkeypatch.setattr("movieclassifier.evaluation.tuning.evaluate", None)
    assert tune(SEARCH, documents, (0, 1), Journal(journal.path, SEARCH.to_dict())) == found


def test_when_the_budget_ends_the_best_so_far_is_returned(straight, documents, tmp_path):
    path = tmp_path / "journal.jsonl"
    first = tune(SEARCH, documents, (0, 1), Journal(path, SEARCH.to_dict()), seconds=0)
    assert (first.finished, first.n_evaluations, first.recipe, first.n_documents) == (False, 1, BASE, 200)
    lines = straight[1].path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:9]))  # the first rung, and one of the second
    second = tune(SEARCH, documents, (0, 1), Journal(path, SEARCH.to_dict()), seconds=0)
    assert (second.finished, second.n_documents, second.n_evaluations) == (False, 200, 8)
    scores = [Score(row["accuracy"], row["log_loss"], row["seconds"]) for row in map(json.loads, lines[1:8])]
    assert second.score == min(scores, key=Score.rank)


@pytest.mark.parametrize("now", [["--text-column", "other"], ["--text-column", "text", "--labels", "0=1,1=0"]])
def test_results_of_a_corpus_read_in_another_way_are_not_gone_on_from(space, tmp_path, now):
    path, output = tmp_path / "two.csv", tmp_path / "best.toml"
    with open(path, "w", newline="") as file:
        rows = [(text, "nothing", label) for text, label in open_corpus(SAMPLE)]
        csv.writer(file).writerows([("text", "other", "label"), *rows])
    arguments = ["tune", str(path), *COMMAND[2:], "--space", str(space), "--output", str(output)]
    arguments += ["--budget", "0.00001"]
    assert CliRunner().invoke(main, [*arguments, "--text-column", "text"]).exit_code == 0
    again = CliRunner().invoke(main, [*arguments, "--text-column", "text"])
    assert (again.exit_code, "Going on from 1 results" in again.stderr) == (0, True)
    result = CliRunner().invoke(main, [*arguments, *now])
    assert result.exit_code == 2
    assert "best.jsonl belongs to a search with other reading" in result.stderr


def test_documents_after_the_training_part_are_not_looked_at(straight, tmp_path):
    path = tmp_path / "reviews.csv"
    rows = list(open_corpus(SAMPLE))
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([("review", "sentiment"), *rows[:360], *[("nothing", 0)] * 40])
    corpus = open_corpus(path)
    documents = Slice(corpus, survey(corpus).labels, stop=360)
    score, expected = evaluate(BASE, documents, (0, 1), SEARCH), straight[0].base_score
    assert (score.accuracy, score.log_loss) == (expected.accuracy, expected.log_loss)


def test_the_journal_of_another_search_is_refused(straight, tmp_path):
    path = tmp_path / "journal.jsonl"
    path.write_bytes(straight[1].path.read_bytes())
    with pytest.raises(ValueError, match="belongs to a search with other n_folds, seed; pass another --output"):
        Journal(path, SEARCH.to_dict() | {"n_folds": 9, "seed": 9})


@pytest.mark.parametrize(
    "text", ["\n", "no JSON\n", "[]\n", '{"search": 1}\n', '{"search": {}}\n{"candidate": 1}\n', "{}\n"]
)
def test_what_is_no_journal_is_refused(tmp_path, text):
    path = tmp_path / "journal.jsonl"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"journal\.jsonl is not the journal of a search"):
        Journal(path, SEARCH.to_dict())
    assert path.read_text() == text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("passes = ", "Invalid value"),
        ("passes = 3", "passes must be a list of the values to try; got 3."),
        ("passes = []", "passes must be a list of the values to try; got []."),
        ("epochs = [3]", "there is no setting 'epochs'"),
        ("ngram_range = [1, 2]", "ngram_range must be a list of two whole numbers, such as [1, 3]; got 1."),
        ('alpha = ["small"]', "alpha must be a number; got 'small'."),
    ],
)
def test_mistakes_in_a_space_are_named(tmp_path, text, message):
    path = tmp_path / "space.toml"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"space\.toml") as error:
        read_space(path)
    assert message in str(error.value)


@pytest.mark.parametrize("n_bytes", [0, 1, 12, -1])
def test_a_kill_in_the_first_line_begins_anew(straight, tmp_path, n_bytes):
    path = tmp_path / "journal.jsonl"
    head = straight[1].path.read_bytes().splitlines(keepends=True)[0]
    path.write_bytes(head[:n_bytes])
    assert Journal(path, SEARCH.to_dict()).scores == {}
    assert path.read_bytes() == head


def test_too_few_documents_of_a_class_are_named_with_a_way_out(documents):
    few = [*list(documents)[:60], ("a rare one", 2)]
    with pytest.raises(ValueError, match=r"1 of the label 2, .*take more of them, .*With fewer --candidates"):
        evaluate(BASE, few, (0, 1, 2), SEARCH)


@pytest.mark.parametrize("name", ["x.jsonl", "noext", "missing/x.toml"])
def test_a_place_for_no_recipe_is_refused_before_the_work(tmp_path, name):
    result = CliRunner().invoke(main, [*COMMAND, "--output", str(tmp_path / name)])
    assert result.exit_code == 2
    assert ("name ends in .toml" in result.stderr) or ("folder of this file does not exist" in result.stderr)
    assert list(tmp_path.iterdir()) == []


def test_one_candidate_is_no_search():
    with pytest.raises(ValueError, match="at least 2 candidates"):
        Search(BASE, SPACE, 1, 100)
    with pytest.raises(ValueError, match="alpha must be a number"):
        Search(BASE, {"alpha": ["small"]}, 3, 100)


def invoke(*arguments):
    result = CliRunner().invoke(main, [*COMMAND, *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result


def test_the_winner_is_a_recipe_to_train_with(space, tmp_path, straight):
    output = tmp_path / "best.toml"
    result = invoke("--space", space, "--output", output)
    recipe = read_recipe(output)
    assert recipe.name == "best"
    found, expected = recipe.to_dict(), straight[0].recipe.to_dict()
    assert [found[name] for name in SMALL] == [expected[name] for name in SMALL]
    assert f"accuracy {straight[0].score.accuracy:.4f}" in output.read_text()
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


def test_another_search_with_the_same_output_is_one_line(space, tmp_path):
    output = tmp_path / "best.toml"
    invoke("--space", space, "--output", output, "--budget", "0.00001")
    result = CliRunner().invoke(main, [*COMMAND, "--space", str(space), "--output", str(output), "--seed", "5"])
    assert result.exit_code == 2
    assert "best.jsonl belongs to a search with other seed; pass another --output, or remove it." in result.output
