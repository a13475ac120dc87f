"""Files are opened as lines or pieces of text, plain or compressed, with any mark left out."""

import gzip

import pytest

from movieclassifier.corpora.readers.streams import first_lines, lines_of, open_chunks, open_text, plain_size

TEXT = "é\r\nb\rc\n\ufeffd"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_text_comes_back_without_its_mark(tmp_path, encoding, pack, mark):
    if mark and encoding in ("utf-8-sig", "utf-16", "utf-32"):
        return  # these write one of their own
    (tmp_path / "x").write_bytes(pack((mark + TEXT).encode(encoding)))
    with open_text(tmp_path / "x", encoding) as lines:
        assert list(lines) == ["é\r\n", "b\r", "c\n", "\ufeffd"]
    with open_text(tmp_path / "x", encoding, "\n") as lines:
        assert list(lines) == ["é\r\n", "b\rc\n", "\ufeffd"]
    with open_chunks(tmp_path / "x", encoding) as pieces:
        assert "".join(pieces) == TEXT
    assert list(lines_of((mark + TEXT).encode(encoding), encoding, tmp_path)) == ["é\r\n", "b\rc\n", "\ufeffd"]


@pytest.mark.parametrize(("encoding", "content"), [("utf-16", b"a\0b\0"), ("utf-16", b"\xff\xfea"), ("utf-32", b"abc")])
def test_file_in_a_different_encoding_is_named(tmp_path, encoding, content):
    (tmp_path / "x").write_bytes(content)
    with (
        open_text(tmp_path / "x", encoding) as lines,
        pytest.raises(ValueError, match=rf"x: this is not {encoding} \("),
    ):
        list(lines)
    with pytest.raises(ValueError, match=f"x: this is not {encoding}"):
        list(lines_of(content, encoding, tmp_path / "x"))


def test_first_lines_are_filled_up(tmp_path):
    (tmp_path / "x").write_text("a\n" + "b" * 20_000)
    assert first_lines(tmp_path / "x", 3) == ["a", "b" * 10_000, ""]


def test_size_of_a_compressed_file_is_unknown(tmp_path):
    (tmp_path / "x").write_bytes(b"abc")
    (tmp_path / "y").write_bytes(gzip.compress(b"abc"))
    assert (plain_size(tmp_path / "x"), plain_size(tmp_path / "y")) == (3, None)
