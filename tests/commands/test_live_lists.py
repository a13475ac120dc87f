"""Lists of feeds are shown, checked, read and written."""

from movieclassifier.live.newspapers import load_newspapers
from tests.support.command_line import json_lines


def test_sources_are_listed_and_checked(live, server):
    result = live("sources")
    assert "The Film Times (Sweden)" in result.stdout
    assert "bluesky: Bluesky, e.g. #finland; set MOVIECLASSIFIER_BLUESKY_HANDLE" in result.stdout
    assert json_lines(live("sources", "--json"))[0]["newspaper"] == "The Film Times"
    checked = live("sources", "--check")
    assert "yes  The Film Times" in checked.stdout
    assert "2 articles, the newest of 2026-03-02 10:00 UTC" in checked.stdout
    assert "no   Busy" in checked.stdout
    assert [line["answers"] for line in json_lines(live("sources", "--check", "--json"))] == [True, False]


def test_lists_of_feeds_go_in_and_out(live, server, tmp_path):
    out = live("export-opml")
    assert f'xmlUrl="{server.url}/film.xml"' in out.stdout
    assert live("export-opml", "--output", "list.opml").exit_code == 0
    assert (tmp_path / "list.opml").read_text() == out.stdout
    (tmp_path / "more.opml").write_text(
        "<opml><outline text='Lund \"Post\"' xmlUrl='https://lund.example/rss'/></opml>"
    )
    result = live("import-opml", "more.opml", "--output", "mine.toml")
    assert "mine.toml: 1 new feeds of 1" in result.stdout
    assert [paper.name for paper in load_newspapers(tmp_path / "mine.toml")] == [
        "The Film Times",
        "Busy",
        'Lund "Post"',
    ]
