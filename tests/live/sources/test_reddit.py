"""Reddit's search, against a local server."""

import pytest

from movieclassifier.live.faults import SourceFault
from tests.support import news_server as ns
from tests.support.sources import PAGES, ask


def test_search_is_read_as_a_feed_of_posts(tmp_path):
    items, server = ask("reddit", PAGES, tmp_path, "#Lund in spring", n=2)
    assert [item.title for item in items] == ["Lund 0", "Lund 1"]
    assert {item.kind for item in items} == {"post"}
    assert server.paths() == ["/search.rss?q=Lund%20in%20spring&sort=new&limit=2"]


def test_who_is_turned_away_is_told_so(tmp_path):
    with pytest.raises(SourceFault, match=r"refuses the reader \(403\)"):
        ask("reddit", {"/search.rss": ns.status(403)}, tmp_path)
