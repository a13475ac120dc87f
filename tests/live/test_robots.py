"""Rules of sites are obeyed."""

import pytest

from movieclassifier.live import robots as robots_of_sites
from movieclassifier.live.fetching import Fetcher
from movieclassifier.live.robots import Robots
from tests.support import news_server as ns


@pytest.mark.parametrize(
    ("rules", "path", "may"),
    [
        (b"User-agent: *\nDisallow: /private", "/open", True),
        (b"User-agent: *\nDisallow: /private", "/private/x", False),
        (b"User-agent: movieclassifier\nDisallow: /", "/open", False),
        (ns.status(404), "/open", True),
        (ns.status(403), "/open", True),
        (ns.status(429), "/open", False),
        (ns.status(503), "/open", False),
        (ns.sending(b" "), "/open", True),
        (ns.raw(b"?"), "/open", False),
        (b"\xff\xfe\x00 binary", "/open", True),
    ],
)
def test_robots_txt_is_obeyed_and_asked_for_once(rules, path, may, fetcher_of):
    with ns.serving({"/robots.txt": rules}) as server:
        robots = Robots(fetcher_of(server))
        assert robots.allows(server.url + path) is may
        assert robots.allows(server.url + path) is may
        assert server.paths() == ["/robots.txt"]


def test_sites_are_kept_up_to_a_number(fetcher_of, monkeypatch):
    monkeypatch.setattr(robots_of_sites, "MAX_SITES", 1)
    with ns.serving({"/robots.txt": b""}) as one, ns.serving({"/robots.txt": b"User-agent: *\nDisallow: /"}) as two:
        robots = Robots(Fetcher([one.place, two.place], pause=0, seconds=2))
        assert [robots.allows(server.url + "/a") for server in (one, two, one)] == [True, False, True]
        assert (len(one.paths()), len(two.paths())) == (2, 1)
