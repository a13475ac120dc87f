"""``movieclassifier live news`` and ``hashtag``, against a real local server."""

from tests.support.command_line import json_lines


def test_news_of_the_list(live, server):
    result = live("news", "--json")
    found = json_lines(result)
    assert [(line["newspaper"], line["label"], line["text_from"]) for line in found] == [
        ("The Film Times", "positive", "page"),
        ("The Film Times", "negative", "feed"),
    ]
    assert set(found[0]["probabilities"]) == {"negative", "positive"}
    assert f"{server.url}/busy.xml: 127.0.0.1 is busy" in result.stderr


def test_news_of_one_newspaper_as_text(live):
    result = live("news", "film", "--summary", "--limit", "1")
    assert result.exit_code == 0
    assert result.stdout.startswith("positive")
    assert "not on the list" in live("news", "nobody").output


def test_exit_status_is_3_where_no_source_answers(live, server):
    result = live("news", "--feed", server.url + "/busy.xml")
    assert result.exit_code == 3
    assert "no source answered" in result.stderr


def test_feeds_and_pages_in_files(live, server, tmp_path):
    (tmp_path / "feed.xml").write_bytes(server.pages["/film.xml"])
    (tmp_path / "page.html").write_bytes(server.pages["/film"])
    (tmp_path / "list.opml").write_text(
        f"<opml><outline text='x' xmlUrl='{server.url}/film.xml'/><outline xmlUrl='file:/x'/></opml>"
    )
    assert len(json_lines(live("news", "--feed-file", "feed.xml", "--json"))) == 2
    assert json_lines(live("news", "--page-file", "page.html", "--json"))[0]["text_from"] == "page"
    result = live("news", "--opml", "list.opml", "--json", "--summary")
    assert len(json_lines(result)) == 2
    assert "1 entries have no address that may be called" in result.stderr
    (tmp_path / "page.html").write_text("<p>nothing</p>")
    refused = live("news", "--page-file", "page.html")
    assert refused.exit_code == 3
    assert "page.html: " in refused.stderr


def test_hashtag_prints_scores_and_their_mean(live, server):
    result = live("hashtag", "#film", "--server", server.url)
    assert result.exit_code == 0
    assert "mean 0.5" in result.stdout
    assert [line["label"] for line in json_lines(live("hashtag", "film", "--server", server.url, "--json"))] == [
        "positive",
        "negative",
    ]
    assert "Nothing was found" in live("hashtag", "nothing", "--server", server.url).stderr
    assert live("hashtag", "#").exit_code == 2
    assert "not one of mastodon" in live("hashtag", "x", "--source", "nobody").stderr


def test_without_the_extra_the_command_says_how_to_install_it(live, monkeypatch):
    monkeypatch.setattr("movieclassifier.system.packages.find_spec", lambda name: None)
    result = live("sources")
    assert result.exit_code == 2
    assert "pip install 'movieclassifier[live]'" in result.output
    assert "Traceback" not in result.output
    helped = live("sources", "--help")
    assert (helped.exit_code, "Usage: " in helped.output) == (0, True)
