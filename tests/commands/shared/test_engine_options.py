"""An engine is started for a command, and closed when it ends."""

import click
import pytest
from click.testing import CliRunner

from movieclassifier.commands.shared import engine_options
from movieclassifier.commands.shared.edge import add_options
from movieclassifier.commands.shared.engine_options import (
    SIDE_BY_SIDE_OPTIONS,
    engine_asked_for,
    source_on,
    start_engine,
)
from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.training.engines import table


@pytest.fixture
def made(monkeypatch):
    """Return the engines that were made, each with what it was asked for and whether it is closed."""
    found = []

    class Engine:
        def __init__(self, on, n_workers):
            self.asked, self.is_closed = (on, n_workers), False
            found.append(self)

        def close(self):
            self.is_closed = True

    monkeypatch.setattr(table, "make_engine", Engine)
    return found


@pytest.mark.parametrize(("on", "asked"), [(None, ("local", 3)), ("local", ("local", 3))])
def test_engine_is_closed_with_the_command(on, asked, made):
    @click.command()
    def command():
        assert not start_engine(on, 3).is_closed

    assert CliRunner().invoke(command, []).exit_code == 0
    assert [(engine.asked, engine.is_closed) for engine in made] == [(asked, True)]


@pytest.mark.parametrize(
    ("arguments", "asked", "warning"),
    [
        (["--workers", "2"], [], "Warning: --workers has no effect without --on.\n"),
        (["--on", "local", "--workers", "2"], [("local", 2)], ""),
        (
            ["--on", "tcp://x:1", "--workers", "2"],
            [("tcp://x:1", 2)],
            "Warning: --workers has no effect on a cluster that runs already.\n",
        ),
        ([], [], ""),
    ],
)
def test_workers_without_an_engine_are_warned_of(arguments, asked, warning, made):
    @click.command()
    @add_options(SIDE_BY_SIDE_OPTIONS)
    def command(on, n_workers):
        engine_asked_for(on, n_workers)

    result = CliRunner().invoke(command, arguments)
    assert (result.exit_code, result.stderr) == (0, warning)
    assert [engine.asked for engine in made] == asked


def test_without_dask_it_is_said_how_to_install_it(made, monkeypatch):
    monkeypatch.setattr("movieclassifier.system.packages.find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"distributed must be installed: pip install 'movieclassifier\[dask\]'"):
        start_engine("dask", 2)
    assert made == []


def test_corpus_is_surveyed_here_where_there_is_no_engine(tmp_path):
    (tmp_path / "a.csv").write_text("text,label\na,x\nb,y\n")
    source = source_on(open_corpus(tmp_path / "a.csv"), None)
    assert (source.found.n_documents, source.excerpt) == (2, None)


def test_by_default_nothing_is_side_by_side(monkeypatch):
    got = {}

    @click.command()
    def command(**given):
        got.update(given)

    for option in SIDE_BY_SIDE_OPTIONS:
        option(command)
    assert CliRunner().invoke(command, []).exit_code == 0
    assert got["on"] is None
    assert got["n_workers"] == (engine_options.os.cpu_count() or 1)
