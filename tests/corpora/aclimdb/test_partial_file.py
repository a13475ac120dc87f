"""The note beside a partial file: it belongs to the bytes, and a damaged one counts as absent."""

import pytest

from movieclassifier.corpora.aclimdb.partial_file import Note, begin, forget, n_bytes_of, note_path, read_note


def test_note_comes_back(tmp_path):
    note = Note("https://example.org/x.tar.gz", 84_125_825, '"abc"')
    begin(tmp_path / "x.part", note)
    assert read_note(tmp_path / "x.part") == note


def test_new_note_removes_the_bytes_of_the_old_one(tmp_path):
    (tmp_path / "x.part").write_bytes(b"old")
    assert n_bytes_of(tmp_path / "x.part") == 3
    begin(tmp_path / "x.part", Note("new"))
    assert n_bytes_of(tmp_path / "x.part") == 0


@pytest.mark.parametrize(
    "content", [b"", b"{", b"7", b'{"uri": "x"}', b"\xff", b"[" * 10_000, b'{"n_bytes": "x"}', b'{"url": 7}']
)
def test_damaged_note_counts_as_missing(tmp_path, content):
    note_path(tmp_path / "x.part").write_bytes(content)
    assert read_note(tmp_path / "x.part") == Note()


def test_nothing_is_left_of_a_file_that_is_forgotten(tmp_path):
    begin(tmp_path / "x.part", Note())
    (tmp_path / "x.part").write_bytes(b"new")
    forget(tmp_path / "x.part")
    forget(tmp_path / "x.part")
    assert not list(tmp_path.iterdir())
