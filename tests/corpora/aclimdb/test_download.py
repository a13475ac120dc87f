"""fetch, against a real server with each fault that servers and networks have."""

import itertools
import json
import logging
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from movieclassifier.corpora.aclimdb import download
from movieclassifier.corpora.aclimdb.download import SourceUnreachable, fetch
from movieclassifier.corpora.aclimdb.partial_file import Note, begin, forget, read_note
from tests.support.archive_server import LAST_MODIFIED, serving
from tests.support.patience import PATIENCE

# Every position differs, so that a byte lost or doubled shows.
BODY = b"\x1f\x8b" + b"".join(b"%08d" % i for i in range(50_000))
N_BYTES = len(BODY)
SLOW_FAULTS = {"stall", "silent", "trickle"}  # noticed by the timeout, which others need long for a busy machine


def quick(fault=None):
    return {"timeout": 0.5 if fault in SLOW_FAULTS else 10.0, "backoff": 0.01}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "archive.part"


def begun(path, url, n, validator='"v1"', n_bytes=N_BYTES, body=BODY):
    """Leave behind what an interrupted download leaves."""
    begin(path, Note(url, n_bytes, validator))
    path.write_bytes(body[:n])


def test_file_is_fetched_whole(path):
    with serving(BODY) as server:
        fetch(server.url, path, n_bytes=len(BODY))
        assert server.seen == [None]
    assert path.read_bytes() == BODY


def test_rest_is_asked_for_after_an_interruption(path):
    with serving(BODY) as server:
        begun(path, server.url, 100_000)
        fetch(server.url, path)
        assert server.seen == ["bytes=100000-"]
    assert path.read_bytes() == BODY


def test_complete_partial_file_needs_no_request(path):
    with serving(BODY) as server:
        begun(path, server.url, None)
        fetch(server.url, path)
        assert server.seen == []
    assert path.read_bytes() == BODY


@pytest.mark.parametrize(
    ("headers", "validator"),
    [
        ({"ETag": '"v1"'}, '"v1"'),
        ({"ETag": 'W/"v1"', "Last-Modified": LAST_MODIFIED}, LAST_MODIFIED),
        ({"Last-Modified": LAST_MODIFIED}, LAST_MODIFIED),
        ({"ETag": 'W/"v1"'}, None),
        ({}, None),
    ],
)
def test_only_a_strong_validator_is_remembered(path, headers, validator):
    with serving(BODY, "cut_off", headers=headers) as server:
        with pytest.raises(SourceUnreachable):
            fetch(server.url, path, n_retries=0)
        assert read_note(path) == Note(server.url, len(BODY), validator)
        server.faults = ["good"]
        fetch(server.url, path, n_retries=0)
        assert server.seen == [None, f"bytes={len(BODY) // 3}-"]
    assert path.read_bytes() == BODY


def test_changed_file_is_fetched_from_the_start(path):
    with serving(BODY, headers={"ETag": '"v2"'}) as server:
        begun(path, server.url, 1000, body=BODY[::-1])
        fetch(server.url, path)
        assert server.seen == ["bytes=1000-"]
        assert read_note(path).validator == '"v2"'
    assert path.read_bytes() == BODY


def test_server_without_ranges_sends_it_all_again(path):
    with serving(BODY, ranges=False) as server:
        begun(path, server.url, 1000)
        fetch(server.url, path, n_retries=0)
    assert path.read_bytes() == BODY


@pytest.mark.parametrize(
    "note",
    [
        {"url": "http://another/", "n_bytes": len(BODY), "validator": '"v1"'},
        {"n_bytes": len(BODY)},
        {"strange": 1},
        None,
    ],
)
def test_bytes_of_unknown_origin_are_not_gone_on_with(path, note):
    path.write_bytes(b"rubbish")
    path.with_name("archive.part.json").write_text(json.dumps(note) if note else "{")
    with serving(BODY) as server:
        fetch(server.url, path)
        assert server.seen == [None]
    assert path.read_bytes() == BODY


def test_neither_length_nor_validator_starts_over(path):
    with serving(BODY) as server:
        begun(path, server.url, 1000, validator=None, n_bytes=None)
        fetch(server.url, path)
        assert server.seen == [None]
    assert path.read_bytes() == BODY


@pytest.mark.parametrize(
    "fault", ["cut_off", "cut_off_at_once", "hang_up", "stall", "silent", "broken", "elsewhere", "chunked_cut_off"]
)
def test_passing_fault_is_borne(path, fault):
    with serving(BODY, fault, "good") as server:
        fetch(server.url, path, **quick(fault))
    assert path.read_bytes() == BODY


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (
            "cut_off",
            "the connection ended after 133,334 of 400,002 bytes",
        ),
        ("cut_off_at_once", "the connection ended before the first bytes"),
        ("hang_up", "Remote end closed connection without response"),
        ("stall", "no answer in time"),
        ("silent", "no answer in time"),
        ("trickle", r"only \d+ bytes came in \d s"),
        ("broken", "the server answered 500 Internal Server Error"),
    ],
)
def test_fault_that_stays_ends_in_one_error(path, caplog, fault, message):
    with serving(BODY, fault, ranges=False) as server:
        with pytest.raises(SourceUnreachable, match=rf"{server.url}: ({message}).*; gave up after 3 attempts"):
            fetch(server.url, path, n_retries=2, show=True, **quick(fault))
        assert len(server.seen) == 3
    assert [record.levelno for record in caplog.records] == [logging.WARNING] * 2
    assert "trying again in 0.02 s" in caplog.messages[1]


@pytest.mark.parametrize("show", [None, False])
def test_faults_that_are_borne_are_said_unless_nobody_wants_progress(path, caplog, show):
    with serving(BODY, "broken", "good") as server:
        fetch(server.url, path, show=show, **quick())
    assert len(caplog.messages) == (show is None)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("not_found", "the server answered 404 Not Found"),
        ("html", "the server sent no gzip file but text/html; is there a proxy or a login page on the way"),
    ],
)
def test_what_no_attempt_can_cure_is_said_at_once(path, fault, message):
    with serving(BODY, fault) as server:
        with pytest.raises(SourceUnreachable, match=message):
            fetch(server.url, path)
        assert len(server.seen) == 1
    assert not path.exists()


def test_server_says_how_long_to_wait(path, caplog):
    with serving(BODY, "busy", "good") as server:
        start = time.monotonic()
        fetch(server.url, path, show=True, **quick())
        assert time.monotonic() - start >= 1
    assert "the server answered 503 Service Unavailable; trying again in 1 s" in caplog.text


def test_steady_server_may_take_longer_than_the_timeout(path):
    with serving(BODY, "steady") as server:
        fetch(server.url, path, timeout=0.8, n_retries=0)
        assert server.seen == [None]
    assert path.read_bytes() == BODY


def test_nobody_listening_is_unreachable(path):
    with serving(BODY) as server:
        url = server.url
    with pytest.raises(SourceUnreachable, match=r"Connection refused; gave up after 2 attempts"):
        fetch(url, path, n_retries=1, **quick())


def test_unknown_host_is_unreachable(path):
    with pytest.raises(SourceUnreachable, match=r"http://nowhere.invalid/x: .*; gave up after 1 attempts"):
        fetch("http://nowhere.invalid/x", path, n_retries=0, **quick())


def test_untrusted_certificate_is_not_tried_again(path):
    """A TLS server whose certificate nobody signed."""
    import ssl

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Path(__file__).parents[2] / "support" / "other_example.pem")
    with serving(BODY) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        with pytest.raises(SourceUnreachable, match="certificate verify failed"):
            fetch(server.url.replace("http://127.0.0.1", "https://localhost"), path, **quick())


def test_address_that_is_none_is_the_users_mistake(path):
    with pytest.raises(ValueError, match="is not an address"):
        fetch("http://127.0.0.1:port/x", path, **quick())


@pytest.mark.parametrize("fault", ["lying_range", "short_range"])
def test_wrong_range_loses_and_doubles_nothing(path, fault):
    with serving(BODY, fault, "good") as server:
        begun(path, server.url, 1000)
        fetch(server.url, path, **quick())
    assert path.read_bytes() == BODY


def test_range_behind_the_end_starts_over(path):
    with serving(BODY) as server:
        begun(path, server.url, None, body=BODY + b"more")
        fetch(server.url, path, **quick())
        assert server.seen == [f"bytes={len(BODY) + 4}-", None]
    assert path.read_bytes() == BODY


@pytest.mark.parametrize("fault", ["without_length", "chunked"])
def test_length_need_not_be_known(path, fault):
    with serving(BODY, fault) as server:
        fetch(server.url, path)
    assert path.read_bytes() == BODY


def test_unknown_length_is_gone_on_with_by_its_validator(path):
    with serving(BODY) as server:
        begun(path, server.url, 1000, n_bytes=None)
        fetch(server.url, path)
        assert server.seen == ["bytes=1000-"]
    assert path.read_bytes() == BODY


def test_wrong_length_is_refused_before_it_is_fetched(path):
    with (
        serving(BODY) as server,
        pytest.raises(ValueError, match="expected a file of 5 bytes, the server has one of 400,002"),
    ):
        fetch(server.url, path, n_bytes=5)
    assert not path.exists()


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("good", "expected at most 300,000 bytes, the server has 400,002"),
        ("endless", "expected at most 300,000 bytes, the server sends more"),
    ],
)
def test_too_much_is_refused(path, fault, message):
    with serving(BODY, fault) as server, pytest.raises(ValueError, match=message):
        fetch(server.url, path, max_bytes=300_000)
    assert not path.exists() or path.stat().st_size <= 300_000


def test_attempts_that_bring_much_do_not_count_as_failed(path, monkeypatch):
    monkeypatch.setattr(download, "ENOUGH_PROGRESS", 10_000)
    with serving(BODY, "cut_off", "cut_off", "good") as server:
        fetch(server.url, path, n_retries=1, **quick())
        assert len(server.seen) == 3
    assert path.read_bytes() == BODY


def test_interrupted_process_leaves_what_the_next_one_goes_on_with(path):
    code = "import sys; from pathlib import Path; from movieclassifier.corpora.aclimdb.download import fetch; fetch(sys.argv[1], Path(sys.argv[2]))"
    with serving(BODY, "stall", "good") as server:
        with subprocess.Popen([sys.executable, "-c", code, server.url, path]) as process:
            wait_for(lambda: path.exists() and path.stat().st_size > 0)
            process.send_signal(signal.SIGKILL)
        n_have = path.stat().st_size
        fetch(server.url, path)
        assert server.seen == [None, f"bytes={n_have}-"]
    assert path.read_bytes() == BODY


def test_full_disk_is_not_a_fault_of_the_network(path):
    code = """
import sys
from pathlib import Path
from movieclassifier.corpora.aclimdb.download import fetch
try:
    fetch(sys.argv[1], Path(sys.argv[2]))
except OSError as error:
    print(type(error).__name__, error)
"""
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))  # noqa: E731
    with serving(BODY) as server:
        done = subprocess.run(
            [sys.executable, "-c", code, server.url, path], preexec_fn=limit, capture_output=True, text=True
        )
        assert done.stdout == f"OSError [Errno 27] File too large: '{path}'\n"
        assert server.seen == [None]
        fetch(server.url, path)
        assert server.seen == [None, "bytes=200000-"]
    assert path.read_bytes() == BODY


def test_progress_counts_megabytes_on_stderr(path, capsys):
    with serving(BODY) as server:
        begun(path, server.url, 100_002)
        fetch(server.url, path, show=True)
    assert "from byte 100,002 on: 0.3 of 0.3 MB (100%), " in capsys.readouterr().err


def test_forgotten_file_leaves_nothing(path):
    begun(path, "http://x/", 10)
    forget(path)
    assert os.listdir(path.parent) == []


def wait_for(condition, seconds=PATIENCE):
    for _ in itertools.count():
        if condition():
            return
        assert (seconds := seconds - 0.02) > 0
        time.sleep(0.02)
