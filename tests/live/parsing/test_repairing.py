"""Feeds are mended as far as they can be, and refused where they could do harm."""

from xml.etree.ElementTree import fromstring

import pytest

from movieclassifier.live.faults import SourceFault
from movieclassifier.live.parsing.repairing import MAX_DEPTH, check_depth, repaired


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("<a>AT&T</a>", "AT&T"),
        ("<a>x < y</a>", "x < y"),
        ("<a>&nbsp;&hellip;&nothing;</a>", "\u00a0…&nothing;"),
        ("<a>&#0;&#xD800;&#65;</a>", "\ufffd\ufffdA"),
        ("<a>a\x00\x0bb\ufffe</a>", "ab"),
        ("<?xml version='1.0' encoding='x'?><a>&amp;&lt;</a>", "&<"),
        ("junk before <a>text</a>", "text"),
    ],
)
def test_repaired_text_is_xml(text, content):
    assert fromstring(repaired(text)).text == content


@pytest.mark.parametrize("text", ["", "no markup", "1 < 2"])
def test_text_without_markup_is_not_a_feed(text):
    with pytest.raises(SourceFault, match="There is no markup in it"):
        repaired(text)


def test_entities_are_refused():
    with pytest.raises(SourceFault, match="It declares entities"):
        repaired('<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>')


def test_depth_is_bounded_whether_or_not_tags_are_closed():
    check_depth("<a>" * MAX_DEPTH + "</a>" * MAX_DEPTH)
    for text in ("<a>" * (MAX_DEPTH + 1) + "</a>" * (MAX_DEPTH + 1), "<a>" * 11 * MAX_DEPTH + "<"):
        with pytest.raises(SourceFault, match="nested deeper"):
            check_depth(text)
    check_depth("<br/>" * 11 * MAX_DEPTH + "<")
