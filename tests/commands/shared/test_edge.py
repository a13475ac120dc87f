"""A user's mistake is one line and exit status 2; a bug stays a traceback."""

import errno
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from movieclassifier.cli import COMMANDS
from movieclassifier.cli import main as command_line
from movieclassifier.commands.shared.edge import Command, interruptible, is_terminal
from tests.support.patience import PATIENCE

ROOT = Path(__file__).parents[3]


class Unreachable(OSError):
    exit_status = 3


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (ValueError("line 3:\n  no label"), 2, "Error: line 3: no label\n"),
        (ValueError(), 2, "Error: ValueError\n"),
        (FileNotFoundError(2, "No such file", "a.csv"), 2, "Error: a.csv: No such file\n"),
        (OSError("no number"), 2, "Error: no number\n"),
        (Unreachable("host is away"), 3, "Error: host is away\n"),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 1, ""),
        (MemoryError(), 2, "Error: there is not enough memory.\n"),
        (MemoryError("Unable to allocate 8 GiB"), 2, "Error: there is not enough memory. Unable to allocate 8 GiB\n"),
        (KeyboardInterrupt(), 130, "\nStopped.\n"),
        (KeyboardInterrupt("Pass --resume to go on."), 130, "\nStopped. Pass --resume to go on.\n"),
    ],
)
@pytest.mark.parametrize("grouped", [False, True])
def test_mistake_is_one_line_and_its_exit_status(error, status, line, grouped):
    @click.command("main", cls=Command)
    def main():
        raise error

    result = CliRunner().invoke(click.Group("all", [main]), ["main"]) if grouped else CliRunner().invoke(main)
    assert result.exit_code == status
    assert result.stderr == line
    assert result.stdout == ""


@pytest.mark.parametrize("own", [False, True])
def test_sigterm_ends_as_ctrl_c_does_unless_the_command_has_a_word_for_it(own):
    @click.command(cls=Command)
    def main():
        if own:
            signal.signal(signal.SIGTERM, lambda *_: click.echo("Not yet."))
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            click.echo("Cleaned up.")

    result = CliRunner().invoke(main)
    assert result.exit_code == (0 if own else 143)
    assert result.stdout == "Not yet.\nCleaned up.\n" if own else "Cleaned up.\n"
    assert result.stderr == ("" if own else "\nStopped.\n")
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signal_at_the_end_of_a_command_ends_it_as_one_before_does(number, status):
    @click.command(cls=Command)
    @click.pass_context
    def main(ctx):
        ctx.call_on_close(lambda: click.echo("Closed."))
        ctx.call_on_close(lambda: signal.raise_signal(number))

    result = CliRunner().invoke(main)
    assert (result.exit_code, result.stdout, result.stderr) == (status, "Closed.\n", "\nStopped.\n")


@pytest.mark.parametrize("elsewhere", ["another handler", "another thread"])
def test_sigterm_of_others_is_left_alone(elsewhere):
    @click.command(cls=Command)
    def main():
        click.echo(str(signal.getsignal(signal.SIGTERM)))

    before = signal.SIG_IGN if elsewhere == "another handler" else signal.SIG_DFL
    signal.signal(signal.SIGTERM, before)
    try:
        if elsewhere == "another handler":
            found = CliRunner().invoke(main).output
        else:
            with ThreadPoolExecutor(1) as pool:
                found = pool.submit(CliRunner().invoke, main).result().output
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    assert found == f"{before}\n"


def test_other_exceptions_are_bugs_and_stay():
    @click.command(cls=Command)
    def main():
        raise KeyError("a bug")

    assert isinstance(CliRunner().invoke(main).exception, KeyError)


def test_closed_pipe_is_quiet():
    code = """
import click
from movieclassifier.commands.shared.edge import Command, is_terminal
@click.command(cls=Command)
def main():
    for i in range(100_000):
        click.echo(i)
main()
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as script:
        assert script.stdout.readline() == b"0\n"
        script.stdout.close()
        assert script.stderr.read() == b""
    assert script.returncode == 1


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "cp437", "latin-1"])
@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_characters_that_the_output_cannot_hold_are_replaced(encoding, stream):
    code = (
        "import click; from movieclassifier.commands.shared.edge import Command\n"
        "@click.command(cls=Command)\n"
        f"def main():\n    click.echo('≈ 正面 \\udc80 done', err={stream == 'stderr'})\nmain()\n"
    )
    environment = os.environ | {"PYTHONIOENCODING": encoding}
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, check=False)
    assert found.returncode == 0, found.stderr
    assert getattr(found, stream).endswith(b"done" + os.linesep.encode())


@pytest.mark.parametrize("name", [None, *COMMANDS])
def test_help_of_every_command_can_be_written_to_a_file_on_windows(name):
    result = CliRunner(charset="cp1252").invoke(command_line, [name, "--help"] if name else ["--help"])
    assert result.exit_code == 0, result.output
    assert "Usage: " in result.stdout


@pytest.mark.parametrize(
    "arguments", [["--help"], ["stopwords"], ["predict", "--input", "{texts}"]], ids=lambda value: value[0]
)
def test_closed_pipe_ends_every_kind_of_command_quietly(arguments, tmp_path):
    (tmp_path / "texts").write_text("a great film\n" * 20_000)
    code = "from movieclassifier.cli import main; main()"
    command = [sys.executable, "-c", code, *(part.format(texts=tmp_path / "texts") for part in arguments)]
    # Not in the checkout, whose pkl_objects/ holds a model after make.
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(ROOT)}, **pipes) as process:
        process.stdout.close()
        errors = process.stderr.read().replace(b"Using the bundled model.\n", b"")
    assert errors == b""
    assert process.returncode in (0, 1)


@pytest.mark.parametrize(
    ("isatty", "term", "is_one"), [(True, "xterm", True), (True, "dumb", False), (False, "", False)]
)
def test_person_is_told_from_a_program(isatty, term, is_one, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: isatty, raising=False)
    monkeypatch.setenv("TERM", term)
    assert is_terminal() is is_one


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_waits_until_an_import_has_left_its_locks(number):
    code = "signal.raise_signal(number); done.append('a step')"
    during_import, done = compile(code, "<frozen importlib._bootstrap>", "exec"), []

    def work():
        exec(during_import, {"signal": signal, "number": number, "done": done})
        time.sleep(PATIENCE)
        done.append("all")

    with pytest.raises(KeyboardInterrupt), interruptible():
        work()
    assert done == ["a step"]
