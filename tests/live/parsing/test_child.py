"""What the process that parses does with a job."""

import io
import resource

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


def test_limit_of_each_job_can_be_raised_for_the_next(monkeypatch):
    before = resource.getrlimit(resource.RLIMIT_CPU)
    try:
        limits = []
        for seconds in (1000, 2000):
            monkeypatch.setattr(child, "CPU_SECONDS", seconds)
            child.limit_cpu()
            limits.append(resource.getrlimit(resource.RLIMIT_CPU))
    finally:
        resource.setrlimit(resource.RLIMIT_CPU, before)
    assert limits[0][0] + 999 <= limits[1][0]
    assert {hard for _, hard in limits} == {before[1]}
