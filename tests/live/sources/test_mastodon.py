"""Mastodon's public timelines, against a local server."""

import json

from tests.support import news_server as ns
from tests.support.newsroom import mastodon_answer
from tests.support.sources import FEED, ask


def test_mastodon_s_feed_is_read_where_its_timeline_wants_a_login(tmp_path):
    pages = {"/api/v1/timelines/tag/lund": ns.status(401), "/tags/lund.rss": FEED}
    items, server = ask("mastodon", pages, tmp_path)
    assert len(items) == 3
    assert [path.split("?")[0] for path in server.paths()] == ["/api/v1/timelines/tag/lund", "/tags/lund.rss"]


def test_sensitive_posts_and_polls_are_read_and_deleted_ones_are_not(tmp_path):
    posts = json.loads(mastodon_answer(["sensitive", "a poll", "of a deleted account", "deleted"]))
    posts[0]["sensitive"], posts[1]["poll"] = (
        True,
        {"options": [{"title": "yes"}, {"title": None}], "votes_count": None},
    )
    posts[2]["account"] = None
    posts[3] |= {"content": None, "url": None}
    items, _ = ask("mastodon", {"/api/v1/timelines/tag/lund": json.dumps(posts).encode()}, tmp_path)
    assert [item.text for item in items] == ["sensitive", "a poll", "of a deleted account"]


def test_mastodon_s_boosts_replies_and_hidden_accounts_are_left_out(tmp_path):
    posts = json.loads(mastodon_answer(["kept", "a boost", "a reply", "hidden", "warned"]))
    posts[1]["reblog"], posts[2]["in_reply_to_id"], posts[3]["account"]["noindex"] = {}, "7", True
    posts[1]["reblog"] = {"id": "1"}
    posts[4]["spoiler_text"] = "spoiler:"
    pages = {"/api/v1/timelines/tag/lund": json.dumps([*posts, {"account": None}, {"content": 7}]).encode()}
    items, _ = ask("mastodon", pages, tmp_path, replies=False)
    assert [item.text for item in items] == ["kept", "spoiler: warned"]
