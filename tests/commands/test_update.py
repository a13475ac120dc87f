"""Votes are folded into a new base, from the command line, unless the guard refuses it."""

from importlib.resources import files

import pytest

from movieclassifier.commands.update import main
from movieclassifier.feedback.updating import DEFAULT_TOLERANCE
from tests.support.command_line import output_of, run
from tests.support.services import TEXTS, contradict, digest, open_service, write_model


def test_the_default_is_that_of_the_log():
    # The command has it written down, as it tells of it without SQLAlchemy, too.
    defaults = {option.name: option.default for option in main.params}
    assert defaults["tolerance"] == DEFAULT_TOLERANCE


def test_the_guard_refuses_and_nothing_changes(service):
    for text in TEXTS[:20]:
        contradict(service, text)
    before = digest(service)
    assert output_of("update", status=2).startswith("Error: the guard refused the update: accuracy 0.")
    assert digest(service) == before
    assert [version.version for version in service.owner.versions()] == [1]


def test_a_tolerance_lets_it_through(service):
    contradict(service, TEXTS[0])
    assert output_of("update", "--tolerance", 1).startswith("Version 2 is served: 1 new vote, 1 in all")


def test_a_newly_trained_model_takes_the_place_of_the_one_that_is_served(service, tmp_path):
    before = digest(service)
    output_of("update", "--model", write_model(tmp_path / "new.npz", seed=1))
    assert [version.served for version in service.owner.versions()] == [True, False]
    assert digest(service) != before


@pytest.mark.parametrize("option", [("--model", "m.npz"), ("--without-guard",)])
def test_retraining_goes_with_neither_a_model_nor_without_the_guard(option):
    refused = output_of("update", "--corpus", "a.csv", *option, status=2)
    assert "--corpus goes with neither --model nor --without-guard." in refused


@pytest.mark.slow
def test_the_corpus_is_read_as_for_the_training(tmp_path):
    table = (files("movieclassifier") / "bundled" / "sample_reviews.csv").read_text("utf-8")
    (tmp_path / "t.csv").write_text(table.replace("review,sentiment", "body,mood", 1))
    columns = ["--text-column", "body", "--label-column", "mood", "--labels", "0=bad,1=good"]
    assert run("train", tmp_path / "t.csv", *columns, "--n-features", "2**12", "--model", tmp_path).exit_code == 0
    url = f"sqlite:///{tmp_path}/votes.db"
    service = open_service(url, tmp_path / "classifier.npz")
    contradict(service, "Not bad at all, I had feared worse.")
    updated = run("update", "--database", url, "--corpus", tmp_path / "t.csv", "--tolerance", "1")
    said = "Reading with --label-column mood --labels 0=bad,1=good --text-column body, as for the training."
    assert said in updated.stderr
    assert updated.stdout.startswith("Version 2 is served: trained on the corpus and 1 vote")
    (tmp_path / "u.csv").write_text("text,label\nfine,good\n")
    other = run("update", "--database", url, "--corpus", tmp_path / "u.csv")
    assert "Reading with" not in other.stderr
