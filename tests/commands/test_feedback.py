"""The owner's commands, as they are typed."""

import json
import os
import re
import subprocess
import sys

import pytest
from click.testing import CliRunner

from movieclassifier.cli import main
from movieclassifier.commands.serve import main as serve
from movieclassifier.commands.update import main as update
from movieclassifier.feedback.log.store import FeedbackStore
from movieclassifier.feedback.settings import MODES
from movieclassifier.feedback.updating import DEFAULT_TOLERANCE
from tests.support.services import ADA, BOB, TEXTS, close_services, contradict, digest, open_service, write_model


@pytest.fixture(autouse=True)
def _close_services():
    yield
    close_services()


@pytest.fixture
def service(tmp_path, monkeypatch):
    """Return a service on the database and with the model that the commands find in the environment."""
    model, url = write_model(tmp_path / "m.npz"), f"sqlite:///{tmp_path}/f.db"
    monkeypatch.setenv("DATABASE_URL", url)
    for name, value in {"MODEL": str(model), "CAP": "1e9", "VOTE_SHARE": "1", "TOLERANCE": "1"}.items():
        monkeypatch.setenv(f"MOVIECLASSIFIER_{name}", value)
    return open_service(url, model)


def run(*arguments, status=0):
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == status, result.output
    return result.output


def test_list_shows_the_last_votes(service):
    for text in TEXTS[:3]:
        contradict(service, text)
    output = run("feedback", "list", "--limit", 2)
    assert re.search(r"^     4  \d{4}-\d\d-\d\d \d\d:\d\d  applied  [01] -> [01]  address of ada  number0of2", output)
    assert "2 of 3 votes" in output
    [line] = [json.loads(line) for line in run("feedback", "list", "--search", "0of1", "--json").splitlines()[:-1]]
    assert (line["position"], line["status"]) == (3, "applied")
    assert "0 of 0 votes" in run("feedback", "list", "--status", "waiting")


def test_review_from_the_command_line(service):
    first = digest(service)
    prediction, vote = contradict(service, TEXTS[0])
    assert run("feedback", "reject", vote.position, "--note", "no") == "1 rejected, 0 were out already\n"
    assert digest(service) == first
    assert "rejected" in run("feedback", "list")
    assert run("feedback", "approve", vote.position) == "1 approved, 0 were accepted already or undone\n"
    assert digest(service) != first
    assert run("feedback", "undo", vote.position, vote.position) == "1 undone, 1 were undone already\n"
    assert digest(service) == first
    assert service.get(prediction.id, ADA).undone
    assert [event.note for event in service.owner.audit().items][:4] == ["", "", "no", ""]
    assert "Error: the log has no vote at position 99" in run("feedback", "approve", 99, status=2)


def test_undo_takes_back_all_or_none(service):
    _, vote = contradict(service, TEXTS[0])
    assert "Error: the log has no vote at position 99" in run("feedback", "undo", vote.position, 99, status=2)
    assert service.owner.entries(status="applied").total == 1


@pytest.mark.parametrize("command", ["feedback approve", "feedback reject", "feedback undo", "rollback"])
def test_a_number_that_no_database_holds_is_refused(service, command):
    assert "is not in the range 1<=x<=1000000000" in run(*command.split(), 10**20, status=2)


def test_a_text_cannot_steer_the_terminal_that_lists_it(service):
    contradict(service, "\x1b]0;title\x07 \x1b[31mred \x9b31m \u202egnol a film")
    assert "\ufffd]0;title\ufffd \ufffd[31mred \ufffd31m \ufffdgnol a film" in run("feedback", "list")


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


def test_defaults_and_choices_of_the_commands_are_those_of_the_log():
    # The commands have them written down, as they tell of them without SQLAlchemy, too.
    defaults = {option.name: option.default for option in update.params}
    assert defaults["tolerance"] == DEFAULT_TOLERANCE
    [modes] = [option.type.choices for option in serve.params if option.name == "mode"]
    assert tuple(modes) == MODES


@pytest.mark.parametrize(("arguments", "status"), [(["feedback", "list"], 0), (["feedback", "approve", 99], 2)])
def test_a_command_closes_the_database_whatever_happens(service, monkeypatch, arguments, status):
    closed, close = [], FeedbackStore.close
    monkeypatch.setattr(FeedbackStore, "close", lambda self: closed.append(close(self)))
    run(*arguments, status=status)
    assert closed == [None]


def test_a_waiting_vote_tells_why(service):
    _, vote = contradict(service, TEXTS[0])
    prediction = service.classify(TEXTS[0], ADA)
    service.vote(prediction.id, vote.label, ADA)
    assert "waiting (duplicate)" in run("feedback", "list")


def test_export_and_import(service, tmp_path, monkeypatch):
    for text in TEXTS[:3]:
        contradict(service, text)
    printed = run("feedback", "export")
    path = tmp_path / "votes.csv"
    run("feedback", "export", "--output", path)
    assert path.read_text().splitlines() == printed.splitlines()
    assert len(run("feedback", "export", "--json", "--status", "applied").splitlines()) == 3
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/other.db")
    assert run("feedback", "import", path) == "3 imported, 0 were in the log already\n"
    assert run("feedback", "import", path) == "0 imported, 3 were in the log already\n"


def test_update_and_rollback(service):
    first = digest(service)
    for text in TEXTS[:20]:
        contradict(service, text)
    refused = run("update", status=2)
    assert refused.startswith("Error: the guard refused the update: accuracy 0.")
    assert run("update", "--tolerance", 1, "--note", "all in").startswith(
        "Version 2 is served: 20 new votes, 20 in all"
    )
    listed = run("rollback", "--list")
    assert re.search(r"^\* 2  \S+ \S+  update of version 1, votes: 20, 0\.\d+ on the guard set  all in$", listed, re.M)
    assert re.search(r"^  1  \S+ \S+  trained: .*/m.npz, 1.0000 on the guard set$", listed, re.M)
    assert digest(service) != first
    assert run("rollback") == (
        "Version 1 is served; 20 accepted votes that it does not hold wait for a review again.\n"
    )
    assert digest(service) == first
    assert run("rollback", 2) == "Version 2 is served; it holds all accepted votes.\n"
    assert "Error: there is no version 9" in run("rollback", 9, status=2)


def test_database_can_be_named(service, tmp_path):
    contradict(service, TEXTS[0])
    other = f"sqlite:///{tmp_path}/other.db"
    open_service(other, tmp_path / "m.npz")
    assert "0 of 0 votes" in run("feedback", "list", "--database", other)


@pytest.mark.parametrize(
    "command",
    ["feedback list", "feedback export", "feedback approve 2", "feedback undo 2", "rollback --list", "update"],
)
def test_a_database_that_is_not_there_is_refused_and_not_made(tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    refused = run(*command.split(), "--database", "sqlite:///nowhere/x.db", status=2)
    assert refused.startswith(f"Error: {tmp_path}/nowhere/x.db: there is no such database; name it with --database or")
    assert list(tmp_path.iterdir()) == []


def test_the_last_of_the_waiting_votes_are_the_newest(service):
    _, vote = contradict(service, TEXTS[0])
    for _ in range(3):
        service.vote(service.classify(TEXTS[0], ADA).id, vote.label, ADA)
    lines = run("feedback", "list", "--status", "waiting", "--limit", 2, "--json").splitlines()[:-1]
    assert [json.loads(line)["position"] for line in lines] == [5, 4]


@pytest.mark.parametrize("command", ["list", "export", "approve", "reject", "undo", "import"])
def test_every_command_has_help(command):
    assert run("feedback", command, "--help").startswith("Usage: ")
    assert command in run("feedback", "--help")


def test_cleaning_up_after_one_client_is_one_act(service):
    for text in TEXTS[:3]:
        contradict(service, text, ADA)
    before = digest(service)
    for text in TEXTS[3:6]:
        contradict(service, text, BOB)
    lines = run("feedback", "clients").splitlines()
    assert sorted(line.split("  ")[0] for line in lines) == [ADA.address, BOB.address]
    assert all("3 votes, 0 held, 0 waiting" in line for line in lines)
    assert run("feedback", "reject", "--client", BOB.address, "--since", "2099-01-01") == "0 rejected\n"
    assert run("feedback", "reject", "--client", BOB.address, "--since", "2020-01-01 10:00", "--note", "spam") == (
        "3 rejected\n"
    )
    assert digest(service) == before
    assert [event.note for event in service.owner.audit().items][:3] == ["spam"] * 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "Pass either positions or --client."),
        ((1, "--client", "x"), "Pass either positions or --client."),
        ((1, "--since", "2026-01-01"), "--since goes with --client."),
        (("--client", "nobody"), "the log has no vote of the client 'nobody' that stands"),
    ],
)
def test_a_rejection_says_what_it_needs(service, arguments, message):
    assert message in run("feedback", "reject", *arguments, status=2)
