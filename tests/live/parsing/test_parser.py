"""The process that parses: it is killed, dies, and is replaced, and the worker goes on."""

import os
import signal
import threading

import pytest

from movieclassifier.live.faults import SourceFault
from movieclassifier.live.parsing import parser as parsing
from movieclassifier.live.parsing.parser import Parser
from tests.support.news import article_page, rss

ONE = rss([{"title": "A bridge for Lund"}])


@pytest.fixture(scope="module")
def parser():
    found = Parser()
    yield found
    found.close()


def test_where_a_process_cannot_be_limited_nothing_is_parsed(monkeypatch):
    monkeypatch.setattr(parsing, "can_limit", lambda: False)
    parser = Parser()
    with pytest.raises(SourceFault, match="which Windows cannot set; read them in WSL or in a container"):
        parser.feed(ONE)
    assert parser.pid is None


def test_feeds_pages_and_lists_are_read_in_a_separate_process(parser):
    assert parser.feed(ONE)["items"][0]["title"] == "A bridge for Lund"
    assert parser.page(article_page("x", "The town voted for a bridge. " * 30))["title"] == "x"
    assert parser.opml(b"<opml><outline xmlUrl='https://a.example/'/></opml>")["feeds"]
    assert parser.pid != os.getpid()


def test_fault_of_the_document_is_told_and_the_process_stays(parser):
    parser.feed(ONE)
    pid = parser.pid
    with pytest.raises(SourceFault, match="neither RSS nor Atom"):
        parser.feed(b"<x/>")
    with pytest.raises(SourceFault, match="cannot be read"):
        parser._do("no such job", b"", "", "")
    assert parser.pid == pid


def test_process_knows_no_secrets(parser, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "do not tell")
    own = Parser()
    own.feed(ONE)
    with open(f"/proc/{own.pid}/environ", "rb") as file:
        assert b"do not tell" not in file.read()
    own.close()
    assert own.pid is None


def test_process_that_takes_too_long_is_killed_and_replaced():
    slow = Parser(seconds=3)
    slow.feed(ONE)
    pid = slow.pid
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(SourceFault, match="takes too long to read"):
        slow.feed(ONE)
    assert slow.n_killed == 1
    assert slow.feed(ONE)["items"]
    assert slow.pid != pid
    slow.close()


def test_process_that_dies_is_replaced(parser):
    parser.feed(ONE)
    os.kill(parser.pid, signal.SIGKILL)
    parser._child.wait()
    assert parser.feed(ONE)["items"]


def test_process_is_replaced_after_so_many_jobs(parser, monkeypatch):
    monkeypatch.setattr(parsing, "JOBS_PER_CHILD", 1)
    parser.feed(ONE)
    pid = parser.pid
    parser.feed(ONE)
    assert parser.pid != pid


def test_threads_take_turns(parser):
    found = []
    threads = [
        threading.Thread(
            target=lambda i=i: found.append((i, parser.feed(rss([{"title": str(i)}]))["items"][0]["title"]))
        )
        for i in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [(i, str(i)) for i in range(8)]


@pytest.mark.parametrize(("limit", "value"), [("MEMORY_BYTES", "80 * 2**20"), ("CPU_SECONDS", "0")])
def test_limits_hold(limit, value, monkeypatch):
    """A child with limits that a large feed breaks is replaced, and says so in one sentence."""
    code = f"from movieclassifier.live.parsing import child; child.{limit} = {value}; child.main()"
    own = Parser()

    def start():
        import subprocess
        import sys

        return subprocess.Popen([sys.executable, "-c", code], stdin=-1, stdout=-1, stderr=subprocess.DEVNULL)

    monkeypatch.setattr(own, "_start", start)
    with pytest.raises(SourceFault, match=r"more (time or )?memory"):
        own.feed(rss([{"title": "x" * 100, "description": "<p>word</p> " * 4000}] * 120))
    own.close()
