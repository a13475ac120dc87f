"""What an answer says of itself: its charset, and what its status means."""

import pytest

from movieclassifier.live.fetched_pages import FetchedPage, status_fault


@pytest.mark.parametrize(
    ("content_type", "charset"),
    [
        ("text/html; charset=utf-8", "utf-8"),
        ("text/html;CHARSET='latin-1'", "latin-1"),
        ('text/html; profile=x; charset="utf-8"', "utf-8"),
        ("text/html", ""),
        ("charset=utf-8", ""),
    ],
)
def test_charset_is_what_the_header_declares(content_type, charset):
    assert FetchedPage("https://x/", b"", {"content-type": content_type}).charset == charset


def test_page_without_headers_declares_no_charset():
    assert FetchedPage("https://x/", b"").charset == ""


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (401, "login", "wants a login"),
        (404, "missing", "no such page"),
        (410, "gone", "for good"),
        (418, "fault", "answered with status 418"),
        (503, "busy", "under repair"),
    ],
)
def test_status_is_said_in_words(status, kind, words):
    fault = status_fault("news.example", status, {"retry-after": "120"})
    assert (fault.kind, words in fault.sentence) == (kind, True)
    assert fault.sentence.startswith("news.example")
