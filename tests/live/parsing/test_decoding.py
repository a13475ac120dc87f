"""Bytes decide which encoding a document is in; what it declares is a hint."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.live.parsing.decoding import META_CHARSET, decode

TEXT = "Zürich & Łódź: 5 € – “quoted”"


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff")))
def test_utf_8_is_read_with_any_declaration(text):
    body = ("é" + text).encode()
    for charset in ("", "utf-8", "us-ascii", "latin-1", "rot13", "utf-7"):
        assert decode(body, charset) == "é" + text


@pytest.mark.parametrize("name", ["utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be"])
def test_unicode_with_or_without_a_mark_is_read(name):
    assert decode(f"<a>{TEXT}".encode(name)) == f"<a>{TEXT}"


@pytest.mark.parametrize(
    ("encoding", "charset", "declared"),
    [("cp1250", "windows-1250", ""), ("cp1250", "", "windows-1250"), ("shift_jis", "shift_jis", "utf-8")],
)
def test_declared_encoding_is_taken_where_it_is_not_unicode(encoding, charset, declared):
    text = "日本語です" if encoding == "shift_jis" else "Łódź żółw"
    body = f"<?xml version='1.0' encoding='{declared}'?>{text}".encode(encoding)
    assert decode(body, charset).endswith(text)


def test_page_declares_its_encoding_in_a_tag():
    body = '<meta charset="windows-1251">Привет'.encode("cp1251")
    assert decode(body, "", META_CHARSET).endswith("Привет")


def test_few_bad_bytes_are_replaced_and_many_mean_windows():
    assert decode("é".encode() * 9 + b"\xe9") == "é" * 9 + "\ufffd"
    assert decode("café crème".encode("cp1252")) == "café crème"


@given(st.binary(), st.sampled_from(["", "utf-8", "utf-7", "idna", "hz", "iso2022_jp", "utf-16", "zlib"]))
def test_any_bytes_become_text(body, charset):
    assert isinstance(decode(body, charset), str)


def test_mark_of_utf_32_is_not_taken_for_one_of_utf_16():
    assert decode(codecs.BOM_UTF32_LE + "é".encode("utf-32-le")) == "é"
