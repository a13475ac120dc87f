"""The owner's settings and list of newspapers."""

import pytest

from movieclassifier.live.newspapers import Newspaper, load_newspapers, merged, newspapers_toml
from movieclassifier.live.settings import read_live_settings


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ALLOW", "localhost", "a list of host:port"),
        ("ALLOW", "a b:80", "a list of host:port"),
        ("COLLECT", "maybe", "1 or 0"),
        ("KEEP_DAYS", "0", "at least 1"),
        ("PAUSE", "-1", "a number of seconds"),
        ("PAUSE", "nan", "a number of seconds"),
        ("CONTACT", "Zürich", "in ASCII"),
        ("CONTACT", "a\r\nb", "in ASCII"),
    ],
)
def test_setting_that_cannot_be_understood_is_refused(name, value, words):
    with pytest.raises(ValueError, match=f"MOVIECLASSIFIER_LIVE_{name} must be .*{words}"):
        read_live_settings({}, {f"MOVIECLASSIFIER_LIVE_{name}": value})


def test_what_is_given_goes_before_the_environment():
    environ = {
        "MOVIECLASSIFIER_LIVE_KEEP_DAYS": "7",
        "MOVIECLASSIFIER_LIVE_COLLECT": "off",
        "MOVIECLASSIFIER_NEWSPAPERS": "a",
    }
    found = read_live_settings({"LIVE_KEEP_DAYS": 3, "NEWSPAPERS": "b"}, environ)
    assert (found.keep_days, found.collect, found.newspapers) == (3, False, "b")
    assert read_live_settings({}, {}).collect


def test_newspapers_that_ship_are_of_several_countries():
    papers = load_newspapers()
    assert len(papers) >= 15
    assert len({paper.country for paper in papers}) >= 8
    assert all(feed.startswith("https://") for paper in papers for feed in paper.feeds)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = [", "no TOML"),
        ("[A]\nfeeds = 7", "feeds must be a list"),
        ("[A]\nfeeds = []", "feeds must be a list"),
        ("A = 7", "feeds must be a list"),
        ('[A]\nfeeds = ["file:///etc/passwd"]', "not a URL of http"),
        ("[A]\nfeeds = [7]", "not a URL of http"),
    ],
)
def test_list_that_holds_no_newspapers_is_refused(tmp_path, text, words):
    (tmp_path / "papers.toml").write_text(text)
    with pytest.raises(ValueError, match=words):
        load_newspapers(tmp_path / "papers.toml")


def test_list_comes_back_as_it_was_written(tmp_path):
    papers = [
        Newspaper('A "B" \\ C', ("https://a.example/",), "Å"),
        Newspaper("D", ("https://d.example/1", "https://d.example/2")),
    ]
    (tmp_path / "papers.toml").write_text(newspapers_toml(papers), encoding="utf-8")
    assert load_newspapers(tmp_path / "papers.toml") == papers


def test_feeds_are_merged_once():
    papers = [Newspaper("A", ("https://a.example/",))]
    found = merged(papers, [("A", "https://a.example/"), ("A", "https://a.example/2"), ("", "https://b.example/")])
    assert [(paper.name, len(paper.feeds)) for paper in found] == [("A", 2), ("https://b.example/", 1)]
