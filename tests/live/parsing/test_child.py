"""What the process that parses does with a job."""

import io

import pytest

from movieclassifier.live.parsing import child
from tests.support.news import rss


@pytest.mark.parametrize(
    ("job", "body", "found"),
    [
        ("feed", rss([{"title": "A bridge"}]), "found"),
        ("feed", b"<x/>", "fault"),
        ("page", b"no markup", "fault"),
        ("opml", b"<opml/>", "found"),
        ("nothing", b"", "fault"),
    ],
)
def test_job_is_answered_with_what_was_found_or_with_a_fault(job, body, found):
    assert list(child.answer({"do": job, "url": "", "charset": ""}, body)) == [found]


def test_want_of_memory_is_a_fault_of_the_document(monkeypatch):
    def greedy(*_):
        raise MemoryError

    monkeypatch.setitem(child.JOBS, "feed", greedy)
    assert child.answer({"do": "feed", "url": "", "charset": ""}, b"")["fault"][0] == "too large"


def test_messages_are_read_as_they_were_written():
    file = io.BytesIO()
    for message in (b"", b"one", b"x" * 100_000):
        child.write_frame(file, message)
    file.seek(0)
    assert [child.read_frame(file) for _ in range(4)] == [b"", b"one", b"x" * 100_000, None]
