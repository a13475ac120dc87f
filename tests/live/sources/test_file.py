"""Files as a source."""

import json

import pytest

from movieclassifier.live.faults import SourceFault
from movieclassifier.live.fetching import Fetcher
from movieclassifier.live.sources import SOURCES
from movieclassifier.live.sources.asking import Outside, Query
from tests.support.live import PARSER
from tests.support.sources import FEED


def test_file_may_be_a_feed_or_json_lines_or_text(tmp_path):
    outside = Outside(Fetcher(), PARSER)
    for name, body, text in [
        ("feed.xml", FEED, "Lund 0"),
        ("posts.jsonl", b'{"text": "a <b>post</b>", "author": "ada"}\n{broken\n', "a post"),
        ("feed.json", json.dumps({"items": [{"title": "Lund 0"}]}).encode(), "Lund 0"),
    ]:
        (tmp_path / name).write_bytes(body)
        assert SOURCES["file"].function(Query(str(tmp_path / name)), outside)[0].document.startswith(text)
    with pytest.raises(FileNotFoundError):
        SOURCES["file"].function(Query(str(tmp_path / "missing")), outside)
    (tmp_path / "large").write_bytes(b"x" * (8 * 2**20 + 1))
    with pytest.raises(SourceFault, match="more than 8 MB"):
        SOURCES["file"].function(Query(str(tmp_path / "large")), outside)
