"""A corpus is read as one stream, or in pieces by whoever needs them."""

import pytest

from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.pieces import Excerpt, Piece
from movieclassifier.corpora.readers.tables import iter_csv
from movieclassifier.corpora.survey import survey
from movieclassifier.training.sources import CorpusSource

DOCUMENTS = [(f"text {i}", "ab"[i % 2]) for i in range(10)]


@pytest.fixture
def corpus(tmp_path):
    (tmp_path / "a.csv").write_text("text,label\n" + "".join(f"{text},{label}\n" for text, label in DOCUMENTS))
    return open_corpus(tmp_path / "a.csv")


def test_stream_is_parted_in_its_order(corpus):
    source = CorpusSource(corpus, survey(corpus))
    train, holdout = source.split(7, 2)
    assert list(train) == DOCUMENTS[:7]
    assert list(holdout) == DOCUMENTS[7:9]
    assert list(source.documents()) == DOCUMENTS


def test_parts_of_an_excerpt_are_read_in_any_order(corpus):
    found = survey(corpus)
    excerpt = Excerpt.of([Piece(str(corpus.paths[0]), iter_csv)], [10], found.labels)
    source = CorpusSource(corpus, found, excerpt)
    train, holdout = source.split(7, 2)
    assert list(holdout) == list(holdout) == DOCUMENTS[7:9]
    assert list(train) == DOCUMENTS[:7]
    assert source.documents() is excerpt
