"""Pages of articles, and what stands in their place."""

import pytest

from movieclassifier.live.faults import SourceFault
from movieclassifier.live.parsing.articles import read_article
from tests.support.news import article_page
from tests.support.patience import cpu_below

TEXT = "The town voted for a new bridge over the river on Sunday, and the mayor was pleased with the count. " * 8


@pytest.mark.parametrize("told", [False, True])
def test_article_is_read_without_what_stands_around_it(told):
    found = read_article(article_page("A bridge for Lund", TEXT, told))
    assert "new bridge over the river" in found["text"]
    assert "Imprint" not in found["text"]
    assert (found["title"], found["language"]) == ("A bridge for Lund", "en")


def test_article_that_search_engines_are_told_is_found_in_a_graph():
    page = b"<html><script type='application/ld+json'>not json</script><SCRIPT type='application/ld+json'>"
    page += b'{"@graph": [[{"articleBody": "' + TEXT.encode() + b'"}]]}</SCRIPT><p>teaser</p></html>'
    assert read_article(page)["text"].startswith("The town voted")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "no markup"),
        (b"just words", "no markup"),
        (b"<html><body><video src='x.mp4'></video></body></html>", "no article on the page"),
        (b"<html><body><p>Subscribe to read on.</p></body></html>", "no article on the page"),
        (article_page("Cookies", "We and our partners use cookies. Manage your consent or accept all cookies. " * 6),
         "a cookie banner, a login or a check"),
        (article_page("Check", "Verify that you are no robot. Your browser has to run JavaScript. Log in or sign in. " * 4),
         "a cookie banner, a login or a check"),
        (b"<html><body>" + b"<!--" * 20_000, "no article"),
        (b"<html><body>" + b"<div>" * 100_000, "no article"),
        (b"<html><body><img src='data:image/png;base64," + b"A" * 2_000_000 + b"'>", "no article"),
        (b"<html><body><table><td colspan=1000000000>x</table>", "no article"),
        (b"<html><script type='application/ld+json'>" + b"[" * 100_000 + b"</script>", "no article"),
        (b"<html>" + b"<script type='application/ld+json'>" * 20_000, "no article"),
    ],
)  # fmt: skip
def test_page_without_an_article_is_told_in_time(body, words):
    with cpu_below(1.5), pytest.raises(SourceFault, match=words):
        read_article(body, "https://news.example/")


def test_encoding_is_declared_late_or_wrongly():
    page = article_page("Zürich", TEXT + "Zürich wählt. ").decode()
    late = page.replace("<head>", "<head>" + "<!-- filler -->" * 200 + "<meta charset=iso-8859-1>")
    assert "Zürich wählt" in read_article(late.encode("latin-1"))["text"]
    assert "Zürich wählt" in read_article(late.encode())["text"]


def test_text_for_readers_without_scripts_is_read():
    page = f"<html><body><noscript><article><p>{TEXT}</p></article></noscript></body></html>"
    assert "new bridge" in read_article(page.encode())["text"]
