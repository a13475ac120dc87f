"""Markup becomes text in linear time, whatever it is."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.live.cleaning import plain, tidy, without_tags
from tests.support.patience import cpu_below


@given(st.text(max_size=300) | st.text("<>/!-[]&;#abp \u202e\u0301", max_size=300))
def test_any_text_is_cleaned(text):
    found = plain(text, 100)
    assert len(found) <= 100
    assert found == found.strip()
    assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in found)
    assert unicodedata.is_normalized("NFC", found)


@pytest.mark.parametrize(
    "text",
    ["<", "<!--", "<a ", "<script>", "&lt;", "<![CDATA[", "<p", "</", "<?", "&", "&#", "a\u0301\u0323", "\u0301", "<!", "]]>"],
)  # fmt: skip
def test_time_is_linear(text):
    with cpu_below(2):
        plain(text * (500_000 // len(text)))


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("a<br>b<p>c</p>d", "a b c d"),
        ("in<b>side</b>", "inside"),
        ("<!-- gone -->kept", "kept"),
        ("<![CDATA[kept <b>too]]>", "kept <b>too"),
        ("<style>p{}</style><SCRIPT>x</SCRIPT >kept", "kept"),
        ("1 < 2 > 1", "1 < 2 > 1"),
        ("<script>never closed", "never closed"),
        ("<!-- never closed", "<!-- never closed"),
        ("İ<SCRIPT>x</script>kept", "İkept"),
        ("<svg><title>gone</title></svg>kept", "kept"),
    ],
)
def test_tags_go_and_text_stays(markup, text):
    assert " ".join(without_tags(markup).split()) == text


def test_tidy_cuts_at_its_length():
    assert tidy("x" * 11, 10) == "x" * 9 + "…"
    assert tidy("x" * 10, 10) == "x" * 10
