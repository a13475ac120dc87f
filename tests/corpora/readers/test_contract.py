"""What all readers share: labels without blanks, faults of texts, bad rows up to a limit."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.corpora.readers.contract import (
    BLANKS,
    AsIs,
    BadRows,
    Ignored,
    RowFault,
    as_label,
    check_encoding,
    check_no_address,
    find_label,
    is_missing,
)


@given(st.text(), st.text(st.sampled_from(BLANKS)), st.text(st.sampled_from(BLANKS)))
def test_blanks_around_a_label_change_nothing(value, before, after):
    assert as_label(before + value + after) == as_label(value)


def test_every_whitespace_is_a_blank():
    assert [c for c in map(chr, range(sys.maxunicode)) if c.isspace() and c not in BLANKS] == []


@pytest.mark.parametrize("label", ["", "nan", "NaN", "NULL", "N/A", "#N/A", "<NA>", "NaT", "None", "NA", "-nan"])
def test_word_for_nothing_is_missing(label):
    assert is_missing(label)


@pytest.mark.parametrize("label", ["none", "na", "0", "nanny", "neutral", "null and void"])
def test_other_words_are_labels(label):
    assert not is_missing(label)


def test_exact_value_of_a_mapping_comes_before_its_stripped_form():
    labels = {"pos ": 1, "pos": 2}
    assert [find_label("x", value, labels, "utf-8", "label") for value in ("pos ", "pos", " pos")] == [1, 2, 2]


def test_labels_that_are_remembered_are_bounded():
    labels = AsIs()
    for i in range(5000):
        assert labels[f" {i}"] == str(i)
    assert len(labels) == 1000


def test_all_ignored_labels_are_equal():
    assert {find_label("x", value, Ignored(), "utf-8", "label") for value in ("", "nan", "a\nb")} == {""}


@pytest.mark.parametrize("text", ["a\0b", "\udce9"])
def test_unreadable_text_is_a_fault_of_the_row(text):
    with pytest.raises(RowFault, match=r"NUL|0xe9"):
        find_label(text, "pos", {"pos": 1}, "utf-8", "label")


@pytest.mark.parametrize("encoding", ["utf-9", "rot13", "undefined", "a\0b", ""])
def test_codec_that_is_not_a_text_encoding_is_refused(encoding):
    with pytest.raises(ValueError, match="is unknown; utf-8, latin-1 and cp1252 are common ones"):
        check_encoding(encoding)


@pytest.mark.parametrize("path", ["https://x/y.csv", "http:/x", "ftp://x/y"])
def test_address_is_not_a_path(path):
    with pytest.raises(ValueError, match="this is an address; download the file first"):
        check_no_address(path)


def test_rows_beyond_the_limit_raise():
    bad_rows = BadRows(2)
    bad_rows.add("one")
    bad_rows.add("two")
    with pytest.raises(ValueError, match=r"three 2 bad rows were skipped before, as allowed\."):
        bad_rows.add("three")
