"""Take the documentation's pictures of the live pages: ``python -m tests.scripts.live_screenshots MODEL OUT``.

MODEL is trained on bbc-fulltext.zip; the posts are scored by the bundled model of film reviews. It needs Pillow.
"""

import logging
import random
import sys
import time
from email.utils import formatdate
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

from movieclassifier.live.sources.asking import Outside
from movieclassifier.models.persistence import BUNDLED
from movieclassifier.web import create_app
from tests.scripts.screenshots import take
from tests.support import news_server as ns
from tests.support.browsers import opening, serving
from tests.support.newer_texts import TOPICS, newer_text
from tests.support.news import rss
from tests.support.newsroom import mastodon_answer

PAPERS = ("Courier", "Herald", "Gazette")
PRAISE = ("loved every minute", "what a wonderful cast", "the best film of the year", "so moving, I cried twice")
BLAME = (
    "two hours I will never get back",
    "dull and far too long",
    "the plot makes no sense",
    "a waste of good actors",
)
OPENINGS = (
    "Saw it in Lund last night:",
    "#midsummer,",
    "My verdict on #midsummer:",
    "Honestly,",
    "Just out of the cinema:",
)


def articles(paper: int, url: str, n: int = 12) -> bytes:
    """Return the feed of a newspaper."""
    items = []
    for i in range(n):
        text = newer_text(TOPICS[(paper + i) % len(TOPICS)], 100 * paper + i)
        when = formatdate(time.time() - 60 - 120 * i - 30 * paper)
        items.append(
            {"title": text.split(". ")[0].strip(" .“”"), "guid": f"{paper}-{i}", "link": f"{url}/{paper}/{i}"}
            | {"description": text, "pubDate": when}
        )
    return rss(items)


def posts(n: int = 30) -> list[str]:
    """Return posts about a film."""
    found = [f"{opening} {verdict}" for opening in OPENINGS for verdict in (*PRAISE, *BLAME)]
    random.Random(4).shuffle(found)
    return found[:n]


def look(model: str, path: str, server: ns.NewsServer, folder: Path, shots: list[tuple[str, dict]]) -> None:
    """Serve a page, and take pictures of it."""
    with TemporaryDirectory() as scratch:
        papers = Path(scratch, "papers.toml")
        papers.write_text("\n".join(f'["The Lund {p}"]\nfeeds = ["{server.url}/{p}.xml"]' for p in PAPERS))
        app = create_app({
            "SECRET_KEY": "for the pictures",
            "DATABASE_URL": f"sqlite:///{scratch}/feedback.db",
            "MODEL": model,
            "LIVE_ALLOW": server.place,
            "NEWSPAPERS": str(papers),
            "LIVE_COLLECT": False,
            "LIVE_FULL_TEXT": False,
            "LIVE_PAUSE": 0,
        })  # fmt: skip
        live = app.extensions["movieclassifier live"]
        environ = {"MOVIECLASSIFIER_MASTODON": server.url}
        live.searcher._outside = Outside(live.outside.fetcher, live.outside.parser, environ)
        live.collector.collect()
        live.after_round()
        with serving(app) as address, opening(Path(scratch, "profile"), javascript=True) as browser:
            for name, size in shots:
                browser.look(**size)
                browser.driver.get(address + path)
                time.sleep(1)
                take(browser, folder / f"{name}.png", full=False)
        live.close()
        app.extensions["movieclassifier"].close()


def main(model: str, out: str) -> None:
    """Take the pictures of the news and of the posts."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    with ns.serving({}) as server:
        for place, paper in enumerate(PAPERS):
            server.pages[f"/{paper}.xml"] = articles(place, server.url)
        server.pages["/api/v1/timelines/tag/midsummer"] = mastodon_answer(posts())
        desktop = {"width": 1000, "height": 1180}
        phone, dark = {"width": 390, "height": 844}, {**desktop, "dark": True}
        news = [("live-news", desktop), ("live-news-phone", phone), ("live-news-dark", dark)]
        look(model, "/live", server, folder, news)
        film = str(files("movieclassifier").joinpath(BUNDLED))
        look(film, "/live/hashtag?q=%23midsummer", server, folder, [("live-hashtag", {"width": 1000, "height": 2000})])


if __name__ == "__main__":
    main(*sys.argv[1:])
