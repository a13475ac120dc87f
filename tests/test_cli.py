"""Every command documents its options, starts without scikit-learn, and turns a mistake into one line."""

import os
import subprocess
import sys
from importlib.resources import files

import click
import pytest

from movieclassifier import __version__
from movieclassifier.cli import COMMANDS
from tests.support.command_line import EVERY_COMMAND, run

SAMPLE = str(files("movieclassifier").joinpath("bundled/sample_reviews.csv"))
TEXT = "What a waste of time :("


@pytest.mark.parametrize("name", EVERY_COMMAND)
def test_help_documents_the_command_and_each_option(name):
    command = EVERY_COMMAND[name]
    result = run(*name.split()[1:], "--help")
    assert result.exit_code == 0, result.output
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{parameter.opts} is undocumented"
            assert all(option in result.output for option in parameter.opts)


def test_help_lists_every_command():
    listed = run("--help").output
    assert all(f"  {name} " in listed for name in COMMANDS)
    assert "..." not in listed.split("Options:")[1]


def test_unknown_command_and_version():
    assert run("fly").exit_code == 2
    assert __version__ in run("--version").output


def imported(*arguments, environment=()):
    """Run a command in a process of its own; returns the heavy packages that it has imported."""
    code = (
        "import sys, click\n"
        "from movieclassifier.cli import main\n"
        "try:\n    main(sys.argv[1:])\n"
        "except SystemExit as end:\n    assert not end.code, end.code\n"
        "print(*[name for name in ('sklearn', 'scipy', 'pandas', 'flask') if name in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | dict(environment),
    )
    return done.stderr.splitlines()[-1]


def test_help_of_all_commands_together_imports_nothing_heavy():
    assert imported("--help") == ""


@pytest.mark.parametrize("name", ["train", "predict", "evaluate", "explain", "prune", "info", "shuffle"])
def test_help_imports_no_scikit_learn(name):
    found = imported(name, "--help")
    assert "sklearn" not in found
    assert "scipy" not in found


@pytest.mark.parametrize("arguments", [("predict", TEXT), ("info",)], ids=lambda value: value[0])
def test_predicting_imports_no_scikit_learn(arguments, small_model):
    pytest.importorskip("movieclassifier.features._hashing", reason="the definition of hashing is scikit-learn's")
    found = imported(*arguments, "--model", small_model, environment={"MOVIECLASSIFIER_PURE_PYTHON": "0"})
    assert "sklearn" not in found
    assert "scipy" not in found


NO_MODEL = [
    ("predict", TEXT),
    ("explain", TEXT),
    ("evaluate", SAMPLE),
    ("info",),
]


@pytest.mark.parametrize("arguments", NO_MODEL, ids=lambda value: value[0])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "there is no such model. Train one with `movieclassifier train CORPUS --model FOLDER`"),
        (b"PK\x03\x04", "is not a model of movieclassifier"),
    ],
)
def test_missing_or_damaged_model_is_one_line(arguments, content, message, tmp_path):
    path = tmp_path / "model.npz"
    if content is not None:
        path.write_bytes(content)
    result = run(*arguments, "--model", path)
    assert result.exit_code == 2
    assert result.stdout == ""
    (line,) = [line for line in result.stderr.splitlines() if "read as" not in line]
    assert line.startswith(f"Error: {path}")
    assert message in line
