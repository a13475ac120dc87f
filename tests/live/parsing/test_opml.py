"""Lists of feeds are read and written."""

import pytest

from movieclassifier.live.faults import SourceFault
from movieclassifier.live.parsing.opml import read_opml, write_opml


@pytest.mark.parametrize(
    ("outlines", "feeds", "n_left_out"),
    [
        ("<outline xmlUrl='https://a.example/f'/>", [["https://a.example/f", "https://a.example/f"]], 0),
        ("<outline text='A' xmlurl='https://a.example/f'/>", [["A", "https://a.example/f"]], 0),
        ("<outline text='Group'><outline title='A' xmlUrl='https://a.example/f'/></outline>", [["A", "https://a.example/f"]], 0),
        ("<outline title='A' xmlUrl='https://a.example/f'/>" * 3, [["A", "https://a.example/f"]], 0),
        ("<outline title='A & B' xmlUrl='https://a.example/f?a=1&b=2'/>", [["A & B", "https://a.example/f?a=1&b=2"]], 0),
        ("<outline title='A' xmlUrl='file:///etc/passwd'/><outline xmlUrl=''/>", [], 2),
        ("<outline text='no feed'/>", [], 0),
        ("".join(f"<outline xmlUrl='https://a.example/{i}'/>" for i in range(10_001)), 10_000, 1),
    ],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_list_of_feeds_is_read_as_far_as_it_can_be(outlines, feeds, n_left_out, encoding):
    found = read_opml(f"<opml version='2.0'><head/><body>{outlines}</body></opml>".encode(encoding))
    assert found["n_left_out"] == n_left_out
    assert (len(found["feeds"]) if isinstance(feeds, int) else found["feeds"]) == feeds


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<rss/>", "not a list of feeds"),
        (b"<opml><body>", "not a list of feeds"),
        (b"", "no markup"),
        (b"<!DOCTYPE o [<!ENTITY a 'b'>]><opml>&a;</opml>", "declares entities"),
    ],
)
def test_a_file_that_is_not_a_list_of_feeds_is_refused(body, words):
    with pytest.raises(SourceFault, match=words):
        read_opml(body)


def test_list_of_feeds_comes_back_as_it_was_written():
    feeds = [("A & <B>", "https://a.example/f?a=1&b=2"), ('Zürich "Z"', "https://z.example/")]
    assert read_opml(write_opml(feeds).encode())["feeds"] == [list(feed) for feed in feeds]
