"""The corpora of a training: the book's by default, surveyed here or by the workers of an engine."""

import pytest

from movieclassifier.commands.shared.train_sources import BOOK_CORPUS, book_corpus, find_sources
from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.recipes.names import make_recipe
from movieclassifier.training.options import RunOptions, TrainingOptions


def test_the_books_corpus_is_the_default_where_it_is(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match="get it by `make corpus`"):
        book_corpus()
    BOOK_CORPUS.parent.mkdir()
    BOOK_CORPUS.touch()
    assert book_corpus() == [str(BOOK_CORPUS)]


def test_stream_is_surveyed_here_and_shards_by_workers(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("text,label\n" + "".join(f"text {i},{'ab'[i % 2]}\n" for i in range(100)))
    corpus = open_corpus(path)
    source, tested, engine = find_sources(corpus, corpus, TrainingOptions(make_recipe("default")), RunOptions())
    assert (source.found.n_documents, tested.found.n_documents, engine, source.excerpt) == (100, 100, None, None)
