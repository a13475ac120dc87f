"""Lists of newspapers are read, written and merged."""

import pytest

from movieclassifier.live.newspapers import Newspaper, load_newspapers, merged, newspapers_toml


def test_newspapers_that_ship_are_of_several_countries():
    papers = load_newspapers()
    assert len(papers) >= 15
    assert len({paper.country for paper in papers}) >= 8
    assert all(feed.startswith("https://") for paper in papers for feed in paper.feeds)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = [", "not TOML"),
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
