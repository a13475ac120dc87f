"""The corpora of a training: the book's by default, surveyed here or by the workers of an engine."""

import threading

import click
import pytest
from click.testing import CliRunner

from movieclassifier.commands.shared.edge import Command
from movieclassifier.commands.shared.train_sources import BOOK_CORPUS, book_corpus, find_corpora, find_sources
from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.reading import ReadingOptions
from movieclassifier.recipes.names import make_recipe
from movieclassifier.training.options import RunOptions, TrainingOptions


def test_the_books_corpus_is_the_default_where_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match="get it by `make corpus`"):
        book_corpus()
    BOOK_CORPUS.parent.mkdir()
    BOOK_CORPUS.touch()
    assert book_corpus() == [str(BOOK_CORPUS)]


def test_corpora_are_surveyed_here_where_no_engine_is_asked_for(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("text,label\n" + "".join(f"text {i},{'ab'[i % 2]}\n" for i in range(100)))
    corpus = open_corpus(path)
    with click.Context(click.Command("train")):
        source, tested, engine = find_sources(corpus, corpus, TrainingOptions(make_recipe("default")), RunOptions())
    assert (source.found.n_documents, tested.found.n_documents, engine, source.excerpt) == (100, 100, None, None)


@pytest.mark.parametrize(
    ("options", "begins"),
    [({}, True), ({"shuffle": True}, False), ({"n_shards": 2}, False), ({"on": "local"}, False)],
    ids=str,
)
def test_digest_begins_before_the_corpus_is_opened_and_ends_with_the_command(tmp_path, options, begins):
    path = tmp_path / "a.csv"
    path.write_text("text,label\na,0\nb,1\n")
    reading = ReadingOptions(shuffle=options.get("shuffle"))
    training = TrainingOptions(make_recipe("default"), n_shards=options.get("n_shards"), test=str(path))
    found = []

    @click.command()
    def command():
        found.extend(find_corpora([str(path)], reading, training, RunOptions(on=options.get("on"))))

    result = CliRunner().invoke(command, [])
    assert result.exit_code == 0, result.output
    corpus, test, digest = found
    assert (digest is not None) is begins
    assert begins <= (digest is not None and digest.paths == corpus.paths)
    assert test.paths == (path,)
    assert "digest" not in {thread.name for thread in threading.enumerate()}


def test_digest_ends_with_a_command_that_fails(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("text,label\na,0\nb,1\n")
    training = TrainingOptions(make_recipe("default"), test="missing.csv")

    @click.command(cls=Command)
    def command():
        find_corpora([str(path)], ReadingOptions(), training, RunOptions())

    result = CliRunner().invoke(command, [])
    assert result.exit_code == 2
    assert "missing.csv: there is no such file" in result.stderr
    assert "digest" not in {thread.name for thread in threading.enumerate()}
