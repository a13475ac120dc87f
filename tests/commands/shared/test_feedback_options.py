"""The commands of the owner find the log, say where none is, and close it."""

import os
import subprocess
import sys

import pytest

from movieclassifier.commands.shared.feedback_options import user_name
from movieclassifier.feedback.log.store import FeedbackStore
from tests.support.command_line import output_of
from tests.support.services import TEXTS, contradict, open_service


def test_a_process_without_a_user_writes_into_the_log_too(service, tmp_path):
    _, vote = contradict(service, TEXTS[0])
    program = (
        "import os, pwd\n"
        "os.getuid = lambda: 2**31 - 2\n"  # as `podman run --user` has it
        "from movieclassifier.cli import main\n"
        f"main(['feedback', 'reject', '{vote.position}'])"
    )
    environ = {
        name: value for name, value in os.environ.items() if name not in ("LOGNAME", "USER", "LNAME", "USERNAME")
    }
    done = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1 rejected, 0 were out already\n", "")
    assert service.owner.audit().items[0].by == "owner"


@pytest.mark.parametrize(("arguments", "status"), [(["feedback", "list"], 0), (["feedback", "approve", 99], 2)])
def test_a_command_closes_the_database_even_after_an_error(service, monkeypatch, arguments, status):
    closed, close = [], FeedbackStore.close
    monkeypatch.setattr(FeedbackStore, "close", lambda self: closed.append(close(self)))
    output_of(*arguments, status=status)
    assert closed == [None]


def test_database_can_be_named(service, tmp_path):
    contradict(service, TEXTS[0])
    other = f"sqlite:///{tmp_path}/other.db"
    open_service(other, tmp_path / "m.npz")
    assert "0 of 0 votes" in output_of("feedback", "list", "--database", other)


@pytest.mark.parametrize(
    "command",
    ["feedback list", "feedback export", "feedback approve 2", "feedback undo 2", "rollback --list", "update"],
)
def test_a_database_that_is_not_there_is_refused_and_not_made(tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    refused = output_of(*command.split(), "--database", "sqlite:///nowhere/x.db", status=2)
    assert refused.startswith(f"Error: {tmp_path}/nowhere/x.db: there is no such database; name it with --database or")
    assert list(tmp_path.iterdir()) == []


def test_without_the_extra_the_command_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr("movieclassifier.system.packages.find_spec", lambda name: None)
    refused = output_of("feedback", "list", status=2)
    assert refused == "Error: sqlalchemy must be installed: pip install 'movieclassifier[web]'.\n"


def test_the_user_who_runs_the_command_is_named(monkeypatch):
    monkeypatch.setenv("LOGNAME", "grace")
    assert user_name() == "grace"
