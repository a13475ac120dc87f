"""Bluesky's search, against a local server."""

import pytest

from movieclassifier.live.faults import SourceFault
from tests.support.sources import PAGES, ask


def test_bluesky_wants_a_login_and_keeps_it_for_its_own_host(tmp_path):
    with pytest.raises(SourceFault, match="Bluesky wants a login: set MOVIECLASSIFIER_BLUESKY_HANDLE"):
        ask("bluesky", PAGES, tmp_path, environ={})
    _, server = ask("bluesky", PAGES, tmp_path)
    assert server.seen[-1][1]["Authorization"] == "Bearer token"
    with pytest.raises(SourceFault, match="did not take the login"):
        ask("bluesky", PAGES | {"/xrpc/com.atproto.server.createSession": b"{}"}, tmp_path)
