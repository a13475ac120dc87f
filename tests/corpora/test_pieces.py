"""Pieces are read by themselves, and parts of them are found by number."""

import errno
import os
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.corpora import pieces
from movieclassifier.corpora.pieces import Excerpt, Piece, small_file
from movieclassifier.corpora.readers.spans import Spans
from movieclassifier.corpora.readers.tables import iter_csv
from movieclassifier.system.compiled import csv_rows_twin
from tests.support.pieces import documents_of


def numbered(path, labels):
    """Yield as many documents as the name of the path says."""
    return iter([(f"{path} {i}", 0) for i in range(int(path))])


def excerpt_of(counts):
    return Excerpt.of([Piece(str(n), numbered) for n in counts], counts, {})


@given(st.lists(st.integers(1, 4), min_size=1, max_size=5), st.data())
def test_part_holds_the_documents_with_its_numbers(counts, data):
    whole = excerpt_of(counts)
    documents = list(whole)
    start = data.draw(st.integers(0, len(whole)))
    stop = data.draw(st.integers(start, len(whole)))
    part = whole.part(start, stop)
    assert (len(part), list(part), list(part.stream())) == (stop - start, documents[start:stop], documents[start:stop])
    inner = part.part(0, len(part) // 2)
    assert list(inner) == documents[start:stop][: len(part) // 2]
    assert [document for third in whole.split(3) for document in third] == documents


def test_excerpt_is_read_again_after_it_was_pickled():
    whole = excerpt_of([2, 3])
    assert list(pickle.loads(pickle.dumps(whole))) == list(whole) == list(whole)


def test_corpus_that_has_become_shorter_is_told():
    changed = Excerpt.of([Piece("2", numbered)], [3], {})
    for documents in (changed, changed.stream()):
        with pytest.raises(ValueError, match="2 has changed since its documents were counted; start again"):
            list(documents)


def fail(path, labels):
    raise ValueError("a bad row")


def test_corpus_that_cannot_be_read_any_more_has_changed():
    excerpt = Excerpt.of([Piece("x", fail)], [3], {})
    for documents in (excerpt, excerpt.stream()):
        with pytest.raises(ValueError, match="x has changed since its documents were counted; start again"):
            list(documents)


def test_documents_of_a_table_are_taken_many_at_a_time(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"text,label\n" + b"".join(b"t%d,%d\n" % (i, i % 2) for i in range(1000)))
    size, labels = path.stat().st_size, {"0": 0, "1": 1}
    rows = path.read_bytes().index(b"t500,")
    pieces = [Piece(str(path), iter_csv, 0, rows), Piece(str(path), iter_csv, rows, size, head=b"text,label\n")]
    assert [sum(sum(counts.values()) for counts, _ in piece.tallies(None)) for piece in pieces] == [500, 500]
    part = Excerpt.of(pieces, [500, 500], labels).part(490, 620)
    texts, found = part.stream().take(100)
    assert isinstance(texts, Spans) == (csv_rows_twin() is not None)
    assert list(zip(texts, found, strict=True)) == list(part)[:100] == [(f"t{i}", i % 2) for i in range(490, 590)]


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"text,label\na,1\nb,0\nc,1\n")
    return path


def test_range_is_read_below_the_header_of_the_file(table):
    labels = {"0": 0, "1": 1}
    assert documents_of(Piece(str(table), iter_csv), labels) == [("a", 1), ("b", 0), ("c", 1)]
    piece = Piece(str(table), iter_csv, start=15, stop=19, head=b"text,label\n")
    assert documents_of(piece, labels) == [("b", 0)]
    first_row = Piece(str(table), iter_csv, start=19, stop=23, head=b"text,label\na,1\n", n_head=1)
    assert documents_of(first_row, labels) == [("c", 1)]


def test_file_that_was_cut_off_meanwhile_is_told(table):
    piece = Piece(str(table), iter_csv, start=15, stop=99)
    with pytest.raises(ValueError, match=r"a\.csv is shorter than it was when it was cut"):
        documents_of(piece, {"0": 0, "1": 1})


@pytest.mark.parametrize("max_in_memory", [0, 2**24])
def test_small_file_is_gone_at_the_end(max_in_memory, monkeypatch):
    monkeypatch.setattr(pieces, "MAX_IN_MEMORY", max_in_memory)
    with small_file(b"text") as path:
        assert path.is_file()
        assert path.read_bytes() == path.read_bytes() == b"text"
    assert not path.exists()


def test_small_file_lies_on_the_disk_where_the_system_keeps_none_in_memory(monkeypatch):
    def refuse(name):
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    monkeypatch.setattr(os, "memfd_create", refuse, raising=False)
    with small_file(b"text") as path:
        assert path.read_bytes() == b"text"
        assert path.parent != pieces.OPEN_FILES
    assert not path.exists()
