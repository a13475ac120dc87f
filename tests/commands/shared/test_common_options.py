"""Options that several commands have keep one name, one meaning and one help text."""

import click
import pytest
from click.testing import CliRunner

from movieclassifier.commands.shared import common_options
from movieclassifier.commands.shared.common_options import (
    MAX_SEED,
    json_option,
    keep_option,
    limit_option,
    model_folder_option,
    output_option,
    progress_option,
    seed_option,
    threads_option,
)


def parsed(option, *arguments):
    """Return what a command with one option is given, or how the option is refused."""
    got = {}

    @click.command()
    @option
    def command(**given):
        got.update(given)

    result = CliRunner().invoke(command, arguments)
    return got if result.exit_code == 0 else result.output


@pytest.mark.parametrize(
    ("option", "arguments", "given"),
    [
        (json_option, ["--json"], {"as_json": True}),
        (progress_option, [], {"show": None}),
        (progress_option, ["--no-progress"], {"show": False}),
        (model_folder_option, [], {"model_dir": "pkl_objects"}),
        (seed_option("Shuffle."), [], {"seed": 1}),
        (seed_option("Shuffle.", default=0), ["--seed", str(MAX_SEED)], {"seed": 2**32 - 1}),
        (keep_option(), [], {"n_keep": None}),
        (keep_option(50), [], {"n_keep": 50}),
        (limit_option("List.", 20), [], {"limit": 20}),
        (output_option("Write."), ["-o", "a"], {"output": "a"}),
        (threads_option(), [], {"n_threads": 1}),
    ],
)
def test_option_gives_its_value(option, arguments, given):
    assert parsed(option, *arguments) == given


@pytest.mark.parametrize(
    ("option", "arguments"),
    [
        (seed_option("Shuffle."), ["--seed", "-1"]),
        (seed_option("Shuffle."), ["--seed", str(MAX_SEED + 1)]),
        (keep_option(), ["--keep", "0"]),
        (limit_option("List.", 20, most=30), ["--limit", "31"]),
        (threads_option(), ["--threads", "0"]),
    ],
)
def test_value_out_of_range_is_refused(option, arguments):
    assert "is not in the range" in parsed(option, *arguments)


@pytest.mark.parametrize(
    ("n_cores", "n_left", "n_threads"),
    [(1, 0, 1), (3, 0, 3), (64, 0, 4), (None, 0, 1), (1, 1, 1), (2, 1, 1), (4, 1, 3), (64, 1, 4), (64, None, 1)],
)
def test_threads_are_as_many_as_cores_beside_those_that_are_left(n_cores, n_left, n_threads, monkeypatch):
    monkeypatch.setattr(common_options.os, "cpu_count", lambda: n_cores)
    assert parsed(threads_option(n_left)) == {"n_threads": n_threads}


def test_folder_is_not_a_file_nor_a_file_a_folder(tmp_path):
    assert "is a directory" in parsed(output_option("Write."), "--output", str(tmp_path))
    (tmp_path / "file").touch()
    assert "is a file" in parsed(output_option("Write.", folder=True), "--output", str(tmp_path / "file"))
