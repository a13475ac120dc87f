"""A text that cannot be read is told from one that can, and the encoding that it may be in is named."""

import pytest

from movieclassifier.corpora.readers.text_faults import text_fault

BYTES = {
    b"caf\xe9": r"the byte 0xe9 is not utf-8; pass the file's encoding",
    "\ufefffine".encode("utf-16-le"): r"this is UTF-16; pass",
    "\ufefffine".encode("utf-16-be"): r"this is UTF-16; pass",
    "\ufefffine".encode("utf-32-le"): r"this is UTF-32; pass",
    "\ufefffine".encode("utf-32-be"): r"this is UTF-32; pass",
    "fine".encode("utf-16-le"): r"this looks like UTF-16 .*'utf-16-le'",
    "fine".encode("utf-16-be"): r"this looks like UTF-16 .*'utf-16-be'",
    "fine".encode("utf-32-le"): r"this looks like UTF-32 .*'utf-32-le'",
    "fine".encode("utf-32-be"): r"this looks like UTF-32 .*'utf-32-be'",
    b"\x89PNG\r\n": r"this is a picture or a program",
    b"\xff\xd8\xff\xe0": r"this is a picture or a program",
    b"a b c d\0": r"a NUL byte, which no text holds",
}


@pytest.mark.parametrize(("content", "words"), BYTES.items(), ids=map(repr, BYTES))
def test_bytes_that_are_no_utf_8_say_what_they_may_be(content, words):
    fault = text_fault(content.decode("utf-8", "surrogateescape"), "utf-8")
    with pytest.raises(ValueError, match=words):
        raise ValueError(fault)


def test_half_a_character_is_a_fault():
    assert text_fault("\ud83d", "utf-8") == "U+D83D is half a character (a lone surrogate)."


@pytest.mark.parametrize("text", ["", "plain", "tr\u00e8s bien", "\U0001f600", "\ufeff"])
def test_text_without_a_fault_has_none(text):
    assert text_fault(text, "utf-8") is None
