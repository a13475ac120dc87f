"""The live pages' front door on either database."""

import pytest

from movieclassifier.feedback.log.errors import NotFound
from movieclassifier.feedback.log.live.articles import DISAGREEING, UNSURE, Wanted
from movieclassifier.feedback.served_log import ServedLog
from movieclassifier.feedback.settings import read_settings
from movieclassifier.live.news_and_posts import Live
from movieclassifier.live.settings import read_live_settings
from movieclassifier.live.sources.asking import Outside, Query
from tests.support import news_server as ns
from tests.support.live import PARSER
from tests.support.news import rss
from tests.support.newsroom import mastodon_answer
from tests.support.visitors import PAN, REVIEW


def test_news_posts_and_drift_on_either_database(database_url, small_model, tmp_path):
    with ns.serving({"/api/v1/timelines/tag/film": mastodon_answer([REVIEW, PAN])}) as server:
        server.pages["/feed"] = rss([
            {"title": "A film", "guid": "1", "description": REVIEW * 3, "category": "positive"},
            {"title": "A flop", "guid": "2", "description": PAN * 3, "category": "Culture"},
        ])  # fmt: skip
        (tmp_path / "papers.toml").write_text(f'["The Film Times"]\nfeeds = ["{server.url}/feed"]')
        settings = {"LIVE_ALLOW": server.place, "NEWSPAPERS": str(tmp_path / "papers.toml"), "LIVE_PAUSE": 0}
        log = ServedLog(read_settings({"DATABASE_URL": database_url, "MODEL": str(small_model)}, {}))
        live = Live(log, read_live_settings(settings | {"LIVE_FULL_TEXT": False}, {}))
        live.searcher._outside = Outside(live.outside.fetcher, PARSER, {})
        try:
            assert live.collector.collect().n_new == 2
            live.after_round()
            live.after_round()
            news = live.news(Wanted())
            assert {each.judgement.label for each in news.items} == {"positive", "negative"}
            assert (news.total, live.n_since(news.last_id), live.n_since(0)) == (2, 0, 2)
            assert len(live.news(Wanted(sort=UNSURE)).items) == 2
            assert [each.kept.item.title for each in live.news(Wanted(sort=DISAGREEING)).items] == ["A flop"]
            assert sum(n for *_, n in live.counts()) == len(live.probabilities()) == 2
            days, warnings = live.drift()
            assert (days[-1].n, warnings) == (2, [])
            found = live.search("mastodon", Query("film", place=server.url))
            assert [each.judgement.label for each in live.judged(found.items)] == ["positive", "negative"]
            assert live.feeds()[0].fault == ""
            with pytest.raises(NotFound):
                live.item(10**6)
            live.collector.stop()
        finally:
            live.close()
            log.close()
