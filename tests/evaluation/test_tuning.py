import csv
import json

import pytest

from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.parts import Slice
from movieclassifier.corpora.survey import survey
from movieclassifier.evaluation.search_plan import SearchPlan
from movieclassifier.evaluation.tuning import n_evaluations, score_recipe, tune
from movieclassifier.evaluation.tuning_journal import Journal, Score
from movieclassifier.recipes.linear import Recipe

SAMPLE = "movieclassifier/bundled/sample_reviews.csv"
SMALL = {"n_features": [2**8, 2**10], "alpha": [1e-6, 1e-4], "ngram_range": [[1, 1], [1, 2]], "passes": [1, 2]}
BASE = Recipe().with_settings(n_features=2**10, ngram_range=(1, 1))
SEARCH = SearchPlan(BASE, SMALL, n_candidates=7, n_train=360, n_folds=2)


@pytest.fixture(scope="module")
def documents():
    corpus = open_corpus(SAMPLE)
    return Slice(corpus, survey(corpus).labels, stop=360)


@pytest.fixture(scope="module")
def straight(documents, tmp_path_factory):
    """Search without a break."""
    journal = Journal(tmp_path_factory.mktemp("straight") / "journal.jsonl", SEARCH.to_dict())
    return tune(SEARCH, documents, (0, 1), journal), journal


def without_seconds(path):
    return [json.loads(line) | {"seconds": 0} for line in path.read_text().splitlines()]


def test_the_winner_is_the_best_on_all_documents(straight, documents):
    found, journal = straight
    on_all = {number: score for (number, n_documents), score in journal.scores.items() if n_documents == 360}
    assert found.finished
    assert found.n_documents == 360
    assert found.score == min(on_all.values(), key=Score.rank)
    assert found.base_score == on_all[0]
    assert found.score.accuracy >= found.base_score.accuracy
    score = score_recipe(found.recipe, documents, (0, 1), SEARCH)
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
    monkeypatch.setattr("movieclassifier.evaluation.tuning.score_recipes", None)
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


def test_documents_after_the_training_part_are_not_looked_at(straight, tmp_path):
    path = tmp_path / "reviews.csv"
    rows = list(open_corpus(SAMPLE))
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows([("review", "sentiment"), *rows[:360], *[("nothing", 0)] * 40])
    corpus = open_corpus(path)
    documents = Slice(corpus, survey(corpus).labels, stop=360)
    score, expected = score_recipe(BASE, documents, (0, 1), SEARCH), straight[0].base_score
    assert (score.accuracy, score.log_loss) == (expected.accuracy, expected.log_loss)


def test_the_journal_of_a_different_search_is_refused(straight, tmp_path):
    path = tmp_path / "journal.jsonl"
    path.write_bytes(straight[1].path.read_bytes())
    with pytest.raises(
        ValueError, match="belongs to a search with a different n_folds, seed; pass a different --output"
    ):
        Journal(path, SEARCH.to_dict() | {"n_folds": 9, "seed": 9})


@pytest.mark.parametrize(
    "text", ["\n", "no JSON\n", "[]\n", '{"search": 1}\n', '{"search": {}}\n{"candidate": 1}\n', "{}\n"]
)
def test_file_that_is_not_a_journal_is_refused(tmp_path, text):
    path = tmp_path / "journal.jsonl"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"journal\.jsonl is not the journal of a search"):
        Journal(path, SEARCH.to_dict())
    assert path.read_text() == text


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
        score_recipe(BASE, few, (0, 1, 2), SEARCH)
