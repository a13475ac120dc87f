"""``movieclassifier live`` on the command line, against a real local server."""

import json
import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

import pytest
from click.testing import CliRunner

from movieclassifier.cli import main
from movieclassifier.live.newspapers import load_newspapers
from tests.support import news_server as ns
from tests.support.news import article_page, rss
from tests.support.newsroom import mastodon_answer
from tests.support.visitors import PAN, REVIEW


@pytest.fixture(scope="module")
def server():
    with ns.serving({}) as found:
        found.pages["/film.xml"] = rss([
            {"title": "A film", "link": found.url + "/film", "description": REVIEW, "pubDate": "Mon, 02 Mar 2026 10:00:00 GMT"},
            {"title": "A flop", "link": found.url + "/flop", "description": PAN},
        ])  # fmt: skip
        found.pages["/film"] = article_page("A film", REVIEW * 5)
        found.pages["/busy.xml"] = ns.status(503)
        found.pages["/old.xml"] = ns.redirect("/film.xml", 301)
        found.pages["/api/v1/timelines/tag/film"] = mastodon_answer([REVIEW, PAN])
        found.pages["/api/v1/timelines/tag/nothing"] = b"[]"
        yield found


@pytest.fixture
def live(server, small_model, tmp_path, monkeypatch):
    """Run a command with the server allowed and on the list; return its result."""
    papers = tmp_path / "papers.toml"
    papers.write_text(
        f'["The Film Times"]\ncountry = "Sweden"\nfeeds = ["{server.url}/film.xml"]\n\n["Busy"]\nfeeds = ["{server.url}/busy.xml"]\n'
    )
    monkeypatch.setenv("MOVIECLASSIFIER_LIVE_ALLOW", server.place)
    monkeypatch.setenv("MOVIECLASSIFIER_LIVE_PAUSE", "0")
    monkeypatch.setenv("MOVIECLASSIFIER_NEWSPAPERS", str(papers))
    monkeypatch.setenv("MOVIECLASSIFIER_MODEL", str(small_model))
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        models = ["--model", str(small_model)] if arguments[0] in ("news", "hashtag") else []
        return CliRunner().invoke(main, ["live", *arguments, *models])

    return run


@pytest.fixture
def database(live, small_model, tmp_path):
    """Return the URL of a database that serves the model."""
    from movieclassifier.feedback.served_log import ServedLog
    from movieclassifier.feedback.settings import read_settings

    url = f"sqlite:///{tmp_path}/feedback.db"
    ServedLog(read_settings({"DATABASE_URL": url, "MODEL": str(small_model)}, {})).close()
    return url


def lines(result):
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_news_of_the_list(live, server):
    result = live("news", "--json")
    found = lines(result)
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
    assert len(lines(live("news", "--feed-file", "feed.xml", "--json"))) == 2
    assert lines(live("news", "--page-file", "page.html", "--json"))[0]["text_from"] == "page"
    result = live("news", "--opml", "list.opml", "--json", "--summary")
    assert len(lines(result)) == 2
    assert "1 entries have no address that may be called" in result.stderr
    (tmp_path / "page.html").write_text("<p>nothing</p>")
    refused = live("news", "--page-file", "page.html")
    assert refused.exit_code == 3
    assert "page.html: " in refused.stderr


def test_hashtag_prints_scores_and_their_mean(live, server):
    result = live("hashtag", "#film", "--server", server.url)
    assert result.exit_code == 0
    assert "mean 0.5" in result.stdout
    assert [line["label"] for line in lines(live("hashtag", "film", "--server", server.url, "--json"))] == [
        "positive",
        "negative",
    ]
    assert "Nothing was found" in live("hashtag", "nothing", "--server", server.url).stderr
    assert live("hashtag", "#").exit_code == 2
    assert "not one of mastodon" in live("hashtag", "x", "--source", "nobody").stderr


def test_sources_are_listed_and_checked(live, server):
    result = live("sources")
    assert "The Film Times (Sweden)" in result.stdout
    assert "bluesky: Bluesky, e.g. #finland; set MOVIECLASSIFIER_BLUESKY_HANDLE" in result.stdout
    assert lines(live("sources", "--json"))[0]["newspaper"] == "The Film Times"
    checked = live("sources", "--check")
    assert "yes  The Film Times" in checked.stdout
    assert "2 articles, the newest of 2026-03-02 10:00 UTC" in checked.stdout
    assert "no   Busy" in checked.stdout
    assert [line["answers"] for line in lines(live("sources", "--check", "--json"))] == [True, False]


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


def test_collect_once_and_drift(live, database):
    result = live("collect", "--once", "--database", database)
    assert result.exit_code == 0, result.output
    assert "2 feeds asked, 0 unchanged; 2 new articles." in result.stdout
    drift = live("drift", "--database", database)
    assert drift.exit_code == 0
    assert "unknown words" in drift.stdout
    assert lines(live("drift", "--database", database, "--json", "--newspaper", "The Film Times")) != []


def test_watch_prints_new_articles_until_it_is_stopped(live, database, server):
    command = [
        sys.executable,
        "-c",
        "from movieclassifier.cli import main; main()",
        "live",
        "watch",
        "--database",
        database,
        "--every",
        "0.1",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert json.loads(first)["newspaper"] == "The Film Times"


def test_collect_goes_on_until_it_is_stopped(live, database):
    command = [
        sys.executable,
        "-c",
        "from movieclassifier.cli import main; main()",
        "live",
        "collect",
        "--database",
        database,
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            deadline = time.monotonic() + 60
            while not has_lease(database) and time.monotonic() < deadline:
                time.sleep(0.05)
            result = live("collect", "--once", "--database", database)
        finally:
            process.terminate()
        _, errors = process.communicate(timeout=60)
    assert "A different process is collecting" in result.output
    assert process.returncode == 0, errors


def has_lease(database):
    with closing(sqlite3.connect(database.removeprefix("sqlite:///"))) as connection:
        return connection.execute("SELECT count(*) FROM mc_leases").fetchone()[0] > 0


def test_threshold_is_chosen_and_saved(live, tmp_path, small_model):
    import shutil

    shutil.copy(small_model / "classifier.npz", tmp_path / "m.npz")
    sample = "/".join([*__file__.split("/")[:-3], "movieclassifier/bundled/sample_reviews.csv"])
    result = live("threshold", sample, "--model", "m.npz", "--coverage", "0.8", "--save")
    assert result.exit_code == 0, result.output
    assert re.search(r"^ *8–24 known n-grams  [01]\.\d{3}$", result.stdout, flags=re.M)
    assert re.search(r"^ *100 and more known n-grams  [01]\.\d{3}$", result.stdout, flags=re.M)
    assert "With fewer than 8 known n-grams, nothing can be told of a text." in result.stdout
    assert "movieclassifier update --model" in result.stderr
    from movieclassifier import load_classifier

    assert load_classifier(tmp_path / "m.npz").metadata["threshold"]["coverage"] == 0.8
    found = json.loads(live("threshold", sample, "--model", "m.npz", "--risk", "0.05", "--json").stdout)
    assert all(0 <= least <= 1 for least in found["least"])
    assert live("threshold", sample, "--risk", "0.1", "--coverage", "0.9").exit_code == 2
    (tmp_path / "other.csv").write_text("text,label\n" + "some text,tea\nmore text,coffee\n" * 30)
    assert (
        "label 'tea' is not one of" in live("threshold", "other.csv", "--model", "m.npz").output
        or "coffee" in live("threshold", "other.csv", "--model", "m.npz").output
    )


def test_without_the_extra_the_command_says_how_to_install_it(live, monkeypatch):
    monkeypatch.setattr("movieclassifier.system.errors.find_spec", lambda name: None)
    result = live("sources")
    assert result.exit_code == 2
    assert "pip install 'movieclassifier[live]'" in result.output
    assert "Traceback" not in result.output
    helped = live("sources", "--help")
    assert (helped.exit_code, "Usage: " in helped.output) == (0, True)
