"""The survey on an engine is that of one process, whoever reads the documents."""

from pathlib import Path

import pytest

from movieclassifier.corpora import cutting
from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.digests import hash_file
from movieclassifier.corpora.reading import ReadingOptions
from movieclassifier.corpora.survey import survey
from movieclassifier.corpora.without_text import WithoutText
from movieclassifier.training.engines.local import LocalEngine
from movieclassifier.training.source_tasks import find_source
from movieclassifier.training.sources import CorpusSource
from tests.support.engines import InProcess

SAMPLE = Path(__file__).parents[2] / "movieclassifier/bundled/sample_reviews.csv"


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    monkeypatch.setattr(cutting, "MIN_PIECE", 2**12)


def test_the_survey_is_that_of_one_process():
    corpus = open_corpus(SAMPLE, SAMPLE)
    source = find_source(corpus, InProcess(2))
    assert source.found == survey(corpus)
    assert len(source.excerpt.pieces) > 20
    assert list(source.documents()) == list(corpus)
    train, holdout = source.split(700, 60)
    assert [*train, *holdout] == list(corpus)[:760]


def test_workers_compute_the_digest_of_each_file():
    class Noting(InProcess):
        def run(self, tasks, forgiving=False):
            seen.extend(task.function for task in tasks)
            return super().run(tasks, forgiving)

    seen = []
    find_source(open_corpus(SAMPLE, SAMPLE), Noting(2))
    assert seen.count(hash_file) == 2


def test_processes_survey_a_corpus():
    corpus = open_corpus(SAMPLE)
    engine = LocalEngine(2)
    source = find_source(corpus, engine)
    engine.close()
    assert source.found == survey(corpus)
    assert source.excerpt is not None


def test_without_an_engine_the_corpus_is_one_stream():
    corpus = open_corpus(SAMPLE)
    source = CorpusSource(corpus, survey(corpus))
    train, holdout = source.split(300, 60)
    assert source.excerpt is None
    assert [*train, *holdout] == list(source.documents())[:360]


def test_a_fault_is_told_with_its_line(tmp_path):
    (tmp_path / "x.csv").write_text("text,label\n" + "a,1\n" * 5000 + "b\n" + "c,0\n" * 5000)
    with pytest.raises(ValueError, match=r"x\.csv, line 5002: expected 2 fields, got 1"):
        find_source(open_corpus(tmp_path / "x.csv"), InProcess(2))
    source = find_source(open_corpus(tmp_path / "x.csv", reading=ReadingOptions(skip_bad_rows=1)), InProcess(2))
    assert source.excerpt is None
    assert source.found.n_bad_rows == 1


def test_what_workers_cannot_read_is_read_here(monkeypatch):
    class Elsewhere(InProcess):
        def run(self, tasks, forgiving=False):
            raise FileNotFoundError(2, "No such file or directory", str(SAMPLE))

    assert find_source(open_corpus(SAMPLE), Elsewhere()).excerpt is None


def test_workers_count_documents_without_a_text(tmp_path):
    rows = [f"{'' if number in (700, 1900) else 'a'},{number % 2}\n" for number in range(1, 3001)]
    (tmp_path / "x.csv").write_text("text,label\n" + "".join(rows))
    source = find_source(open_corpus(tmp_path / "x.csv"), InProcess(2))
    assert len(source.excerpt.pieces) > 1
    assert source.found.without_text == WithoutText(2, 700)
