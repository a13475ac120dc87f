"""The live pages as a person meets them: in chromium, by mouse and keyboard, with and without JavaScript."""

import csv
import random

import pytest
from click.testing import CliRunner

from movieclassifier.live.sources.asking import Outside
from movieclassifier.web import create_app
from tests.support import news_server as ns
from tests.support.browsers import LOOKS, RULES, serving
from tests.support.news import rss
from tests.support.newsroom import TOPICS, mastodon_answer, paper_feed, story


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Serve the live pages over a small world; return their address, the app, and the server of the news."""
    from train_online import main

    folder = tmp_path_factory.mktemp("world")
    rows = [(story(topic, 1000 + i, 100), topic) for topic in TOPICS for i in range(60)]
    random.Random(1).shuffle(rows)
    with open(folder / "news.csv", "w", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *rows])
    arguments = [str(folder / "news.csv"), "--model", str(folder), "--n-features", "2**16", "--no-progress"]
    assert CliRunner().invoke(main, [*arguments, "--passes", "2"]).exit_code == 0
    topics = list(TOPICS)
    with ns.serving({}) as server:
        for i, paper in enumerate(("courier", "herald")):
            server.pages[f"/{paper}.xml"] = paper_feed(f"{server.url}/{paper}", topics, 6 * i, 6)
        server.pages["/busy.xml"] = ns.status(503, Retry_After="7200")
        server.pages["/api/v1/timelines/tag/lund"] = mastodon_answer([story(topics[i % 4], i, 25) for i in range(30)])
        (folder / "papers.toml").write_text("\n".join(
            f'["The Lund {name.capitalize()}"]\nfeeds = ["{server.url}/{name}.xml"]' for name in ("courier", "herald", "busy")
        ))  # fmt: skip
        app = create_app({
            "SECRET_KEY": "a key for the test",
            "DATABASE_URL": f"sqlite:///{folder}/feedback.db",
            "MODEL": str(folder),
            "LIVE_ALLOW": server.place,
            "NEWSPAPERS": str(folder / "papers.toml"),
            "LIVE_COLLECT": False,
            "LIVE_PAUSE": 0,
            "LIVE_FULL_TEXT": False,
            "SEARCHES_PER_MINUTE": 1000,
            "VOTES_PER_HOUR": 1000,
        })  # fmt: skip
        live = app.extensions["movieclassifier live"]
        live.searcher._outside = Outside(
            live.outside.fetcher, live.outside.parser, {"MOVIECLASSIFIER_MASTODON": server.url}
        )
        live.collector.collect()
        live.after_round()
        with serving(app) as address:
            yield address, app, server
        live.close()
        app.extensions["movieclassifier"].close()


def test_news_are_filtered_and_corrected_by_mouse_without_javascript(plain, world):
    address, app, _ = world
    plain.driver.get(address + "/")
    plain.driver.find_element("link text", "Live").click()
    assert "Today’s news, by topic" in plain.words
    plain.find("details summary").click()
    plain.find("input[value='The Lund Courier']").click()
    plain.click("Show")
    assert "6 articles" in plain.words
    assert "The Lund Herald" not in plain.find("#items").text
    with plain.turning():
        plain.find(".item button:not([name])").click()
    assert "#item-" in plain.driver.current_url
    assert "paper=The+Lund+Courier" in plain.driver.current_url
    assert "You or somebody said" in plain.words
    assert len(app.extensions["movieclassifier owner"].entries().items) == 1
    plain.driver.find_element("partial link text", "why").click()
    assert "Filed under" in plain.words


def test_news_are_corrected_by_keyboard_with_visible_focus(plain, world):
    address, *_ = world
    plain.driver.get(address + "/live?paper=The+Lund+Herald")
    for _ in range(60):
        focused = plain.press("\ue004")
        if focused.text.startswith("Correct"):
            break
    assert focused.value_of_css_property("outline-style") == "solid"
    with plain.turning():
        plain.press("\ue007")
    assert "You or somebody said" in plain.words


def test_posts_are_searched_and_shown_with_their_mean_without_javascript(plain, world):
    address, *_ = world
    plain.driver.get(address + "/live/hashtag")
    plain.find("#q").send_keys("#lund")
    plain.click("Search")
    assert "Mean score" in plain.words
    assert len(plain.driver.find_elements("css selector", ".item")) == 30


def test_new_articles_are_announced_and_shown_on_demand(scripted, world):
    address, app, server = world
    live = app.extensions["movieclassifier live"]
    scripted.look()
    scripted.driver.get(address + "/live?paper=The+Lund+Herald")
    before = len(scripted.driver.find_elements("css selector", ".item"))
    server.pages["/herald.xml"] = rss(
        [{"title": "Fresh off the press", "guid": "fresh", "description": story("tech", 99, 60)}]
    )
    live.collector._clock = lambda: __import__("time").time() + 3600
    live.collector.collect()
    scripted.driver.execute_script("document.getElementById('new').dataset.every")
    scripted.driver.execute_async_script(
        "const done = arguments[arguments.length - 1]; const s = document.createElement('script'); "
        "document.getElementById('new').dataset.every = '0.2'; s.src = '/static/live.js?again'; "
        "s.onload = () => setTimeout(done, 1500); document.body.append(s);"
    )
    button = scripted.find("#new button")
    assert button.text == "Show 1 new article"
    assert len(scripted.driver.find_elements("css selector", ".item")) == before
    button.click()
    assert len(scripted.driver.find_elements("css selector", ".item")) == before + 1
    assert "Fresh off the press" in scripted.find("#items li").text
    assert not button.is_displayed()


@pytest.mark.parametrize(("look", "rules"), RULES)
def test_axe_finds_no_violation_on_any_live_page(scripted, world, look, rules):
    address, *_ = world
    scripted.look(**LOOKS[look])
    for path in (
        "/live",
        "/live?topic=nonsense",
        "/live/hashtag",
        "/live/hashtag?q=lund",
        "/live/drift",
        "/live/items/1",
    ):
        scripted.driver.get(address + path)
        assert scripted.violations(rules) == [], path


@pytest.mark.parametrize("width", [320, 390, 1000])
def test_no_live_page_scrolls_sideways(scripted, world, width):
    address, *_ = world
    scripted.look(width)
    for path in ("/live", "/live/hashtag?q=lund", "/live/drift", "/live/items/1"):
        scripted.driver.get(address + path)
        assert scripted.driver.execute_script("return document.documentElement.scrollWidth") <= width, path


def test_nothing_is_loaded_from_elsewhere_and_no_rule_is_broken(scripted, world):
    address, *_ = world
    scripted.driver.get_log("browser")
    scripted.driver.get(address + "/live")
    assert [
        entry for entry in scripted.driver.get_log("browser") if "Content Security Policy" in entry["message"]
    ] == []
