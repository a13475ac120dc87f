"""Feeds as they come, each with what is read of it or said of it."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.live.faults import SourceFault
from movieclassifier.live.items import make_item
from movieclassifier.live.parsing.articles import read_article
from movieclassifier.live.parsing.feeds import parse_json, read_feed
from movieclassifier.live.parsing.opml import read_opml
from tests.support.news import rss
from tests.support.patience import cpu_below

ONE = {"title": "A bridge for Lund", "link": "https://news.example/lund", "description": "The town voted."}
BEGIN = b"<?xml version='1.0'?><rss version='2.0'><channel><title>x</title>"
END = b"</channel></rss>"


def items_of(body, charset="", url="https://news.example/feed"):
    found = read_feed(body, url, charset)["items"]
    return [item for item in (make_item("news", entry) for entry in found) if item is not None]


def item(inner):
    return BEGIN + b"<item>" + inner + b"</item>" + END


@pytest.mark.parametrize(
    ("declared", "encoding", "charset"),
    [
        ("utf-8", "utf-8", ""),
        ("us-ascii", "latin-1", ""),
        ("utf-8", "latin-1", ""),
        ("utf-8", "cp1252", ""),
        ("iso-8859-1", "latin-1", ""),
        ("iso-8859-1", "utf-8", ""),
        ("utf-8", "latin-1", "iso-8859-1"),
        ("utf-16", "utf-16", ""),
        ("utf-16", "utf-16-le", ""),
        ("utf-16", "utf-16-be", ""),
        ("utf-8", "utf-8-sig", ""),
        ("utf-7", "utf-8", ""),
        ("nonsense", "utf-8", "more-nonsense"),
        ("zlib_codec", "utf-8", "rot13"),
    ],
)
def test_encoding_is_what_the_bytes_are(declared, encoding, charset):
    title = "Zürich votes – today" if encoding not in ("latin-1", "iso-8859-1") else "Zürich votes"
    text = f"<?xml version='1.0' encoding='{declared}'?><rss version='2.0'><channel><item><title>{title}</title></item></channel></rss>"
    assert [found.title for found in items_of(text.encode(encoding), charset)] == [title]


def test_one_bad_byte_of_a_long_feed_is_replaced_and_the_rest_stays_as_it_is():
    body = rss([{"title": f"Zürich {i}"} for i in range(50)]).replace("Zürich 7".encode(), b"Z\xfcrich 7")
    titles = [found.title for found in items_of(body)]
    assert titles[7] == "Z\ufffdrich 7"
    assert titles[8] == "Zürich 8"


@pytest.mark.parametrize(
    ("inner", "title"),
    [
        (b"<title>one\x08 two\x1c</title>", "one two"),
        (b"<title>A&nbsp;B &shy;C &hellip;</title>", "A B C …"),
        (b"<title>AT&T and <3 and a < b</title>", "AT&T and <3 and a < b"),
        (b"<title><![CDATA[Tom & Jerry <b>win</b>]]></title>", "Tom & Jerry win"),
        (b"<title><![CDATA[a ]]]]><![CDATA[> b]]></title>", "a ]]> b"),
        (b"<title>nu\x00ll</title>", "null"),
        (b"<title>&#xD800;surrogate&#xDFFF;</title>", "\ufffdsurrogate\ufffd"),
        (b"<title>&#0;&#8;null&#x110000;</title>", "\ufffd\ufffdnull\ufffd"),
        (b"<title>&lt;b&gt;bold&lt;/b&gt; &amp;amp; escaped</title>", "bold & escaped"),
        (b"<title>&amp;lt;b&amp;gt;twice&amp;lt;/b&amp;gt;</title>", "twice"),
        (b"<title>&lt;script&gt;alert(1)&lt;/script&gt;Safe</title>", "Safe"),
        ("<title>\u202eright to left\u202c \u2066here\u2069</title>".encode(), "right to left here"),
        ("<title>\U0001f468\u200d\U0001f469\u200d\U0001f467 family</title>".encode(), "\U0001f468\u200d\U0001f469\u200d\U0001f467 family"),
        (b"<title>" + b"x" * 10_000 + b"</title>", "x" * 299 + "…"),
        (b"<title>   \n\t </title><description>only a text</description>", ""),
        (b"<title>caf\xc3\xa9 cafe\xcc\x81</title>", "café café"),
    ],
)  # fmt: skip
def test_title_is_plain_text(inner, title):
    assert [found.title for found in items_of(item(inner))] == [title]


@pytest.mark.parametrize(
    ("date", "seen"),
    [
        ("Mon, 02 Mar 2026 10:00:00 GMT", "2026-03-02T10:00:00+00:00"),
        ("Mon, 02 Mar 2026 10:00:00 EDT", "2026-03-02T14:00:00+00:00"),
        ("Mon, 02 Mar 2026 10:00:00 -0000", "2026-03-02T10:00:00+00:00"),
        ("2026-03-02T10:00:00", "2026-03-02T10:00:00+00:00"),
        ("Mo, 25 Jun", None),
        ("Fri, 30 Feb 2026 10:00:00 GMT", None),
        ("0001-01-01T00:00:00Z", None),
        ("Mon, 02 Mar 2099 10:00:00 GMT", None),
        ("", None),
    ],
)
def test_date_is_in_utc_or_missing(date, seen):
    (found,) = items_of(rss([ONE | {"pubDate": date}]))
    assert (found.published.isoformat() if found.published else None) == seen


@pytest.mark.parametrize(
    ("link", "seen"),
    [
        ("https://news.example/a", "https://news.example/a"),
        ("/relative", "https://news.example/relative"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("http://user:secret@news.example/", ""),
        ("http://[bad", ""),
        ("http://news.example:99999/", ""),
        ("http://192.168.1.1/admin", "http://192.168.1.1/admin"),  # shown, never fetched
        ("https://news.example/" + "x" * 3000, ""),
    ],
)
def test_link_is_http_or_missing(link, seen):
    (found,) = items_of(rss([ONE | {"link": link}]))
    assert found.url == seen


def test_empty_feed_has_no_items():
    assert read_feed(b"<rss version='2.0'/>")["items"] == []


def test_identifiers():
    assert items_of(rss([{"title": "none"}]))[0].id == "none"
    assert items_of(rss([ONE | {"guid": ""}]))[0].id == ONE["link"]
    same = items_of(rss([ONE | {"guid": "1", "link": f"https://news.example/{i}"} for i in range(3)]))
    assert [found.id for found in same] == [f"https://news.example/{i}" for i in range(3)]


def test_items_without_anything_to_read_are_left_out():
    empty = [{"link": "https://news.example/"}, {"title": ""}, {"description": "<img src='x.png'>"}]
    assert items_of(rss([*empty, ONE])) == items_of(rss([ONE]))


def test_item_with_a_title_alone_says_so():
    assert items_of(rss([{"title": "Live: the vote"}]))[0].text_from == "title"
    assert items_of(rss([ONE]))[0].text_from == "feed"


def test_article_of_100_000_words_is_cut():
    (found,) = items_of(rss([ONE | {"description": "word " * 100_000}]))
    assert len(found.text) == 20_000


@pytest.mark.parametrize(
    "body",
    [
        b"\n\n  " + rss([ONE]),
        rss([ONE]).replace(b"<?xml version=\"1.0\"?>", b"<?xml version='1.0'?><?xml version='1.0'?>"),
        rss([ONE], head="<!DOCTYPE rss PUBLIC '-//Netscape//DTD RSS 0.91//EN' 'http://127.0.0.1:9/rss.dtd'>"),
        rss([ONE], channel="<unknown:thing>x</unknown:thing>"),
        rss([ONE]) + b"trailing rubbish",
        rss([ONE]).replace(b"<channel>", b"").replace(b"</channel>", b""),
        rss([ONE]).replace(b"</link>", b"</link><link>https://news.example/second</link>"),
        rss([ONE])[:-20],
        b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">
        <item rdf:about="x"><title>A bridge for Lund</title><link>https://news.example/lund</link>
        <description>The town voted.</description></item></rdf:RDF>""",
        b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://news.example/"><entry>
        <title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">A <b>bridge</b> for Lund</div></title>
        <link rel="enclosure" href="x.mp3"/><link rel="alternate" href="lund"/>
        <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>The town voted.</p></div></content>
        </entry></feed>""",
        json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [
            {"id": 1, "title": "A bridge for Lund", "url": "https://news.example/lund", "content_html": "<p>The town voted."}
        ]}).encode(),
    ],
)  # fmt: skip
def test_every_dialect_is_read(body):
    (found,) = items_of(body)
    assert (found.title, found.url, found.text) == (ONE["title"], ONE["link"], ONE["description"])


def test_feed_that_breaks_in_item_50_keeps_the_49_before():
    body = rss([ONE | {"title": f"number {i}"} for i in range(100)])
    broken = body[: body.index(b"number 49")] + b"broken <</title><item"
    assert [found.title for found in items_of(broken)][:49] == [f"number {i}" for i in range(49)]


def test_feedburner_s_original_link_is_the_link():
    inner = b"<title>x</title><link>https://feeds.example/1</link><f:origLink xmlns:f='http://rssnamespace.org/feedburner/ext/1.0'>https://news.example/1</f:origLink>"
    assert items_of(item(inner))[0].url == "https://news.example/1"


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        (b"", "not a feed", "no markup"),
        (b"just words", "not a feed", "no markup"),
        (b"<opml/>", "not a feed", "neither RSS nor Atom"),
        (b"\x1f\x8b\x08\x00compressed, and nobody said so", "not a feed", "no markup"),
        (b"<!doctype html><html><head></head></html>", "not a feed", "web page and no feed; it may be a login"),
        (b"<html><link rel=alternate type='application/rss+xml' href='/rss'></html>", "not a feed",
         "its feed is https://news.example/rss"),
        (b"<html><title>Just a moment...</title>", "not a feed", "a login, a check or a cookie banner"),
        (b"<!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><rss>&b;</rss>", "refused", "declares entities"),
        (b"<!DOCTYPE x [<!ENTITY % e SYSTEM 'file:///etc/passwd'>%e;]><rss/>", "refused", "declares entities"),
        (b"<!DOCTYPE x [<!ENTITY e SYSTEM 'http://127.0.0.1/'>]><rss>&e;</rss>", "refused", "declares entities"),
        (BEGIN + b"<a>" * 200_000, "refused", "nested deeper"),
        (BEGIN + b"<a>" * 5_000 + b"</a>" * 5_000 + END, "refused", "nested deeper"),
        (b"{", "not json", "not JSON"),
        (b"[]", "not a feed", "no list of items"),
        (b"[" * 100_000, "not json", "not JSON"),
        (b'{"items": 7}', "not a feed", "no list of items"),
        (b"\x00\x01\x02", "not a feed", "no markup"),
    ],
)  # fmt: skip
def test_a_page_that_is_not_a_feed_is_refused_in_time(body, kind, words):
    with cpu_below(1), pytest.raises(SourceFault) as caught:
        read_feed(body, "https://news.example/feed")
    assert (caught.value.kind, words in caught.value.sentence) == (kind, True), caught.value.sentence


@pytest.mark.parametrize(
    "body",
    [
        BEGIN + b"<item><title>x</title></item>" * 100_000 + END,
        item(b"<title>x</title><description>" + b"word " * 1_000_000 + b"</description>"),
        item(b"<title a='" + b"x" * 1_000_000 + b"'>x</title>"),
        BEGIN + b"<item><title>" + b"<!--" * 100_000,
        BEGIN + b"<item><title>x</title>" + b"<![CDATA[" * 100_000,
        item(b"<title>x</title><description>" + b"&" * 100_000 + b"</description>"),
        item(b"<title>x</title><description><![CDATA[" + b"<div>" * 50_000 + b"]]></description>"),
    ],
)
def test_huge_feeds_are_read_within_bounds(body):
    with cpu_below(4):
        found = read_feed(body)["items"]
    assert len(found) <= 1000


def test_json_feed_of_the_wrong_types():
    entries = [
        7,
        None,
        [],
        {"id": None, "title": 7, "url": [], "tags": 7, "authors": 7},
        {"title": "x", "tags": ["a", None]},
    ]
    found = items_of(json.dumps({"items": entries, "title": [], "language": 7}).encode())
    assert [(each.title, each.categories) for each in found] == [("x", ("a", "None"))]


@pytest.mark.parametrize(
    "text", ["1e400", "-1" + "0" * 5000, "[" * 10_000, "{" * 10_000, '"\\ud800"', "nul", "", b"\xff"]
)
def test_json_from_outside_is_read_or_a_fault(text):
    with suppress(SourceFault):
        parse_json(text)


MARKUP = st.lists(st.sampled_from([
    "<rss>", "<channel>", "<item>", "</item>", "<title>", "</title>", "<![CDATA[", "]]>", "<!--", "-->", "&", "&lt;", "<",
    ">", "&#x0;", "<html>", "<a href='", "'", "\x00", "é", "word ", "<?xml", "?>", "<outline xmlUrl='http://x/'/>", "<opml>",
    "{", "[", '"items":', "}", "<script type='application/ld+json'>", "</script>", "<!DOCTYPE", "<entry xmlns='x'>",
]), max_size=60).map(lambda parts: "".join(parts).encode())  # fmt: skip


@pytest.mark.parametrize("read", [read_feed, read_article, read_opml])
@given(body=st.binary(max_size=500) | MARKUP, charset=st.sampled_from(["", "latin-1", "utf-16", "zip", "\x00"]))
def test_any_bytes_are_read_or_a_fault_within_a_second(read, body, charset):
    with cpu_below(1), suppress(SourceFault):
        read(body, "https://news.example/", charset)
