"""The owner's commands, as they are typed."""

import json
import re

import pytest

from movieclassifier.commands.serve import main as serve
from movieclassifier.feedback.settings import MODES
from tests.support.command_line import output_of
from tests.support.services import ADA, BOB, TEXTS, contradict, digest


def test_list_shows_the_last_votes(service):
    for text in TEXTS[:3]:
        contradict(service, text)
    output = output_of("feedback", "list", "--limit", 2)
    assert re.search(r"^ +4  [-\d]{10} [:\d]{5}  applied  [01] +[01] +address of ada  number0of2", output, re.M)
    assert "2 of 3 votes" in output
    [line] = [
        json.loads(line) for line in output_of("feedback", "list", "--search", "0of1", "--json").splitlines()[:-1]
    ]
    assert (line["position"], line["status"]) == (3, "applied")
    assert "0 of 0 votes" in output_of("feedback", "list", "--status", "waiting")


def test_review_from_the_command_line(service):
    first = digest(service)
    prediction, vote = contradict(service, TEXTS[0])
    assert output_of("feedback", "reject", vote.position, "--note", "no") == "1 rejected, 0 were out already\n"
    assert digest(service) == first
    assert "rejected" in output_of("feedback", "list")
    assert output_of("feedback", "approve", vote.position) == "1 approved, 0 were accepted already or undone\n"
    assert digest(service) != first
    assert output_of("feedback", "undo", vote.position, vote.position) == "1 undone, 1 were undone already\n"
    assert digest(service) == first
    assert service.get(prediction.id, ADA).undone
    assert [event.note for event in service.owner.audit().items][:4] == ["", "", "no", ""]
    assert "Error: the log has no vote at position 99" in output_of("feedback", "approve", 99, status=2)


def test_undo_takes_back_all_or_none(service):
    _, vote = contradict(service, TEXTS[0])
    assert "Error: the log has no vote at position 99" in output_of("feedback", "undo", vote.position, 99, status=2)
    assert service.owner.entries(status="applied").total == 1


@pytest.mark.parametrize("command", ["feedback approve", "feedback reject", "feedback undo", "rollback"])
def test_a_number_that_no_database_holds_is_refused(service, command):
    assert "is not in the range 1<=x<=1000000000" in output_of(*command.split(), 10**20, status=2)


def test_a_text_cannot_steer_the_terminal_that_lists_it(service):
    contradict(service, "\x1b]0;title\x07 \x1b[31mred \x9b31m \u202egnol a film")
    assert "\ufffd]0;title\ufffd \ufffd[31mred \ufffd31m \ufffdgnol a film" in output_of("feedback", "list")


def test_modes_of_the_server_are_those_of_the_log():
    # The command has them written down, as it tells of them without SQLAlchemy, too.
    [modes] = [option.type.choices for option in serve.params if option.name == "mode"]
    assert tuple(modes) == MODES


def test_a_waiting_vote_tells_why(service):
    _, vote = contradict(service, TEXTS[0])
    prediction = service.classify(TEXTS[0], ADA)
    service.vote(prediction.id, vote.label, ADA)
    assert "waiting (duplicate)" in output_of("feedback", "list")


def test_export_and_import(service, tmp_path, monkeypatch):
    for text in TEXTS[:3]:
        contradict(service, text)
    printed = output_of("feedback", "export")
    path = tmp_path / "votes.csv"
    output_of("feedback", "export", "--output", path)
    assert path.read_text().splitlines() == printed.splitlines()
    assert len(output_of("feedback", "export", "--json", "--status", "applied").splitlines()) == 3
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/other.db")
    assert output_of("feedback", "import", path) == "3 imported, 0 were in the log already\n"
    assert output_of("feedback", "import", path) == "0 imported, 3 were in the log already\n"


def test_the_last_of_the_waiting_votes_are_the_newest(service):
    _, vote = contradict(service, TEXTS[0])
    for _ in range(3):
        service.vote(service.classify(TEXTS[0], ADA).id, vote.label, ADA)
    lines = output_of("feedback", "list", "--status", "waiting", "--limit", 2, "--json").splitlines()[:-1]
    assert [json.loads(line)["position"] for line in lines] == [5, 4]


@pytest.mark.parametrize("command", ["list", "export", "approve", "reject", "undo", "import"])
def test_every_command_has_help(command):
    assert output_of("feedback", command, "--help").startswith("Usage: ")
    assert command in output_of("feedback", "--help")


def test_cleaning_up_after_one_client_is_one_act(service):
    for text in TEXTS[:3]:
        contradict(service, text, ADA)
    before = digest(service)
    for text in TEXTS[3:6]:
        contradict(service, text, BOB)
    lines = output_of("feedback", "clients").splitlines()
    assert lines[0].split("  ")[0] == "client"
    assert lines[-1] == "2 clients"
    cells = [re.split(r"  +", line) for line in lines[1:3]]
    assert sorted(row[0] for row in cells) == [ADA.address, BOB.address]
    assert [row[1:4] for row in cells] == [["3", "0", "0"]] * 2
    shares = [json.loads(line)["share"] for line in output_of("feedback", "clients", "--json").splitlines()[:2]]
    assert [row[-1] for row in cells] == [f"{share:.1%}" for share in shares]
    assert output_of("feedback", "reject", "--client", BOB.address, "--since", "2099-01-01") == "0 rejected\n"
    assert output_of(
        "feedback", "reject", "--client", BOB.address, "--since", "2020-01-01 10:00", "--note", "spam"
    ) == ("3 rejected\n")
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
    assert message in output_of("feedback", "reject", *arguments, status=2)
