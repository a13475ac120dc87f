"""Votes are folded into a new base, from the command line, unless the guard refuses it."""

import pytest

from movieclassifier.commands.update import main
from movieclassifier.feedback.updating import DEFAULT_TOLERANCE
from tests.support.command_line import output_of
from tests.support.services import TEXTS, contradict, digest, write_model


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
