"""A corpus is opened as one stream that is read again and again."""

import hashlib
import os

import pytest

from movieclassifier.corpora.corpus import Corpus, open_corpus
from movieclassifier.corpora.reading import ReadingOptions
from movieclassifier.corpora.shuffling import check_rows
from movieclassifier.corpora.survey import survey


def written(tmp_path, content, name="movie_data.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


HEADER = "review,sentiment\n"


def test_corpus_is_read_again_and_again(tmp_path):
    corpus = open_corpus(written(tmp_path, HEADER + "good,1\nbad,0\n"))
    assert list(corpus) == list(corpus) == [("good", 1), ("bad", 0)]


def test_several_files_are_one_stream(tmp_path):
    first = written(tmp_path, HEADER + "good,1\n", "a.csv")
    second = written(tmp_path, "sentiment,review\n0,bad\n", "b.csv")
    corpus = open_corpus(first, second)
    assert list(corpus) == [("good", 1), ("bad", 0)]
    of_each = [hashlib.sha256(path.read_bytes()).hexdigest() for path in (first, second)]
    assert survey(corpus).sha256 == hashlib.sha256("".join(of_each).encode()).hexdigest()


def test_bad_rows_of_several_files_are_counted_together(tmp_path):
    paths = [written(tmp_path, HEADER + "good,1\nbad\n", name) for name in ("a.csv", "b.csv")]
    assert survey(open_corpus(*paths, reading=ReadingOptions(skip_bad_rows=2))).n_bad_rows == 2
    with pytest.raises(ValueError, match=r"b\.csv, line 3: .+ 1 bad row was skipped before"):
        list(open_corpus(*paths, reading=ReadingOptions(skip_bad_rows=1)))


def test_corpus_without_a_path_is_refused():
    with pytest.raises(ValueError, match="no corpus; pass the path of one"):
        open_corpus()


def test_unknown_format_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"format must be one of csv.*; got 'xml'"):
        open_corpus(written(tmp_path, HEADER), reading=ReadingOptions(format="xml"))


def test_options_are_checked_when_the_corpus_is_opened(tmp_path):
    with pytest.raises(ValueError, match="encoding 'utf-9' is unknown"):
        open_corpus(written(tmp_path, HEADER), reading=ReadingOptions(encoding="utf-9"))


def test_a_corpus_is_a_value():
    assert Corpus(()) == Corpus(())


BOOK = "review,sentiment\ngood,1\nbad,0\n"


def test_file_with_a_star_in_its_name_is_that_file(tmp_path):
    written(tmp_path, BOOK, "xy.csv")
    assert open_corpus(written(tmp_path, BOOK, "x*.csv")).names == ("x*.csv",)


def test_terminal_does_not_obey_the_name_of_a_corpus(tmp_path):
    corpus = open_corpus(written(tmp_path, HEADER + "good,1\n", "\x1b[2Jé.csv"))
    assert corpus.names == ("\\x1b[2Jé.csv",)
    assert list(corpus) == [("good", 1)]


def test_a_file_that_is_not_a_table_is_told_of_the_formats_there_are(tmp_path):
    path = written(tmp_path, "a b\nc d\n", "notes.txt")
    with pytest.raises(
        ValueError, match=r"For a format other than csv, pass ReadingOptions\(format=…\): csv, tsv, jsonl, "
    ):
        survey(open_corpus(path))
    with pytest.raises(ValueError, match=r"such as review,sentiment\.$"):
        survey(open_corpus(path, reading=ReadingOptions(format="csv")))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "x.csv")
    refused = pytest.raises(ValueError, match=r"x\.csv: a pipe can be read once, and a corpus is read twice; pass -")
    for reading in (ReadingOptions(), ReadingOptions(format="csv")):
        with refused:
            open_corpus(tmp_path / "x.csv", reading=reading)
    with refused:
        check_rows(tmp_path / "x.csv")
