"""The survey on an engine is that of one process, whoever reads the documents."""

import threading
from pathlib import Path

import pytest

from movieclassifier.corpora import cutting, digests
from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.cutting import count_pieces, cut_files
from movieclassifier.corpora.reading import ReadingOptions
from movieclassifier.corpora.survey import survey
from movieclassifier.corpora.without_text import WithoutText
from movieclassifier.training import source_tasks
from movieclassifier.training.engines.local import LocalEngine
from movieclassifier.training.source_tasks import find_source
from movieclassifier.training.sources import CorpusSource
from tests.support.engines import InProcess
from tests.support.patience import PATIENCE

SAMPLE = Path(__file__).parents[2] / "movieclassifier/bundled/sample_reviews.csv"


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    monkeypatch.setattr(cutting, "MIN_PIECE", 2**12)


@pytest.fixture
def other(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("text,label\n" + "quite good,1\nquite bad,0\n" * 500)
    return path


def test_the_survey_is_that_of_one_process(other):
    corpus = open_corpus(SAMPLE, other)
    source = find_source(corpus, InProcess(2))
    assert source.found == survey(corpus)
    assert source.found != survey(open_corpus(other, SAMPLE))
    assert len(source.excerpt.pieces) > 10
    assert list(source.documents()) == list(corpus)
    train, holdout = source.split(700, 60)
    assert [*train, *holdout] == list(corpus)[:760]


def test_workers_alone_read_the_files(other, monkeypatch):
    def read_here(*arguments):
        raise AssertionError

    expected = survey(open_corpus(SAMPLE, other))
    monkeypatch.setattr(source_tasks, "survey", read_here)
    monkeypatch.setattr(source_tasks, "FilesDigest", read_here)
    engine = Noting(2)
    assert find_source(open_corpus(SAMPLE, other), engine).found == expected
    assert engine.functions.count(cut_files) == len(engine.functions) // 3 == 2  # the others hash and count


class Noting(InProcess):
    """An engine that keeps the functions of its tasks."""

    def run(self, tasks, forgiving=False):
        self.functions = [*getattr(self, "functions", []), *(task.function for task in tasks)]
        return super().run(tasks, forgiving)


def test_many_files_are_read_some_at_a_time(tmp_path):
    for number in range(300):
        (tmp_path / f"{number:03}.csv").write_text(f"text,label\ntext {number},{number % 2}\n")
    corpus, engine = open_corpus(tmp_path / "*.csv"), Noting(2)
    source = find_source(corpus, engine)
    assert source.found == survey(corpus)
    assert list(source.documents()) == list(corpus.documents(source.found.labels))
    assert len(engine.functions) < 150


def test_workers_in_a_different_folder_read_the_same_files(tmp_path, monkeypatch):
    for folder, word in (("here", "good"), ("there", "poor")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.csv").write_text("text,label\n" + f"{word},1\nbad,0\n" * 5000)

    class Elsewhere(InProcess):
        def run(self, tasks, forgiving=False):
            monkeypatch.chdir(tmp_path / "there")
            yield from super().run(tasks, forgiving)
            monkeypatch.chdir(tmp_path / "here")

    monkeypatch.chdir(tmp_path / "here")
    source = find_source(open_corpus("x.csv"), Elsewhere(2))
    assert source.excerpt is not None
    assert source.found == survey(open_corpus("x.csv"))
    assert next(iter(source.documents())) == ("good", 1)


@pytest.fixture
def store(other):
    files = pytest.importorskip("fsspec", reason="the extra dask is not installed").filesystem("memory")
    for path in (SAMPLE, other):
        files.pipe(f"/surveyed/{path.name}", path.read_bytes())
    yield
    files.rm("/surveyed", recursive=True)


def test_copies_of_a_store_are_hashed_here(store, other):
    engine = Noting(2)
    source = find_source(open_corpus(f"memory://surveyed/{SAMPLE.name}", "memory://surveyed/other.csv"), engine)
    assert source.found == survey(open_corpus(SAMPLE, other))
    assert source.excerpt is not None
    assert set(engine.functions) == {count_pieces}


def test_a_digest_that_is_not_needed_ends(store, monkeypatch):
    waits = iter([True])  # the survey that follows has a digest of its own

    def hash_file(path, stopped):
        return str(next(waits, False) and stopped.wait(PATIENCE))

    monkeypatch.setattr(digests, "hash_file", hash_file)
    monkeypatch.setattr(source_tasks, "cut_corpus", lambda corpus, n_shards: Path("/missing/file").read_bytes())
    assert find_source(open_corpus("memory://surveyed/other.csv"), InProcess(2)).excerpt is None
    assert "digest" not in {thread.name for thread in threading.enumerate()}


def test_too_many_labels_are_refused_though_no_piece_has_too_many(tmp_path):
    rows = "".join(f"text of {n // 20},label {n // 20}\n" for n in range(30_000))
    (tmp_path / "x.csv").write_text("text,label\n" + rows)
    with pytest.raises(ValueError, match="more than 1,000 different labels"):
        find_source(open_corpus(tmp_path / "x.csv"), InProcess(2))


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
