"""download_data.py as people run it: what it says, its exit status, and what it leaves."""

import os
import re
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from download_data import main
from movieclassifier.corpora.aclimdb.unpacking import LABELED, UNSUP
from tests.support.archive_server import serving
from tests.support.archives import archive_bytes, member, write_archive
from tests.support.patience import PATIENCE

SCRIPT = Path(__file__).parents[2] / "download_data.py"
# Random bytes do not deflate, so that the download has a length.
BIG = archive_bytes([member(f"aclImdb/test/pos/{i}_1.txt", os.urandom(100_000)) for i in range(40)])


@pytest.fixture
def data_dir(tmp_path):
    return tmp_path / "data"


def run(data_dir, *args, **env):
    return CliRunner().invoke(main, ["--data-dir", str(data_dir), *map(str, args)], env=env)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("stall", "no answer in time; gave up after 1 attempts"),
        ("silent", "no answer in time; gave up after 1 attempts"),
        ("cut_off", r"the connection ended after 1,\d{3},\d{3} of 4,\d{3},\d{3} bytes; gave up after 1 attempts"),
        ("hang_up", "Remote end closed connection without response; gave up after 1 attempts"),
        ("not_found", "the server answered 404 Not Found"),
        ("broken", "the server answered 500 Internal Server Error; gave up after 1 attempts"),
        ("html", "the server sent no gzip file but text/html; is there a proxy or a login page on the way?"),
    ],
)
def test_source_that_gives_no_archive_is_one_line_and_status_3(data_dir, fault, message):
    with serving(BIG, fault) as server:
        # The others get long, for a busy machine.
        timeout = "0.4" if fault in ("stall", "silent") else "10"
        result = run(data_dir, "--url", server.url, "--timeout", timeout, "--retries", "0")
        assert result.exit_code == 3
        assert result.stderr.count("\n") == 1
        assert result.stderr.startswith(f"Error: {server.url}: ")
    assert re.search(message, result.stderr)
    assert not list(data_dir.glob("*.gz")) + list(data_dir.glob("aclImdb"))


@pytest.mark.parametrize("show", ["--progress", "--no-progress"])
def test_retries_are_told_with_the_progress_only(data_dir, show):
    with serving(BIG, "broken") as server:
        done = subprocess.run(
            [sys.executable, SCRIPT, "--url", server.url, "--data-dir", data_dir, "--retries", "1", show],
            capture_output=True,
            text=True,
        )
    fault = f"{server.url}: the server answered 500 Internal Server Error"
    told = f"{fault}; trying again in 1 s\n" if show == "--progress" else ""
    assert done.stderr == f"{told}Error: {fault}; gave up after 2 attempts\n"
    assert (done.returncode, done.stdout) == (3, "")


@pytest.mark.parametrize(
    ("content", "args", "message"),
    [
        (BIG[:1_000_000], [], "it is cut off; name a different archive with --url"),
        (BIG, ["--sha256", "0" * 64], f"expected sha256 {'0' * 64}, found "),
        (BIG, ["--sha256", "0"], "a sha256 has 64 hexadecimal digits, got '0'"),
        (BIG, [], "expected 12,500 reviews in test/pos, found 40; name a different archive with --url"),
        (archive_bytes([member("/etc/passwd")]), [], "refused member '/etc/passwd': an absolute path"),
        (b"no archive", [], "it is damaged, or no gzipped tar archive"),
    ],
)
def test_wrong_archive_is_one_line_and_status_2(data_dir, tmp_path, content, args, message):
    (tmp_path / "a.tar.gz").write_bytes(content)
    result = run(data_dir, *args, ACLIMDB_URL=str(tmp_path / "a.tar.gz"))
    assert (result.exit_code, result.stdout, result.stderr.count("\n")) == (2, "", 1)
    assert message in result.stderr
    assert not data_dir.exists() or os.listdir(data_dir) == []


def test_missing_archive_is_status_2(data_dir, tmp_path):
    result = run(data_dir, "--url", tmp_path / "nowhere")
    assert (result.exit_code, result.stderr) == (2, f"Error: {tmp_path / 'nowhere'}: there is no such archive\n")


def test_data_dir_that_is_a_file_is_status_2(data_dir, tmp_path):
    data_dir.write_text("")
    result = run(data_dir, "--url", write_archive(tmp_path / "a.tar.gz", []))
    assert (result.exit_code, result.stderr) == (2, f"Error: {data_dir}: File exists\n")


def test_interrupted_download_stops_quietly_and_goes_on_next_time(data_dir):
    with serving(BIG, "stall", "good") as server:
        command = [sys.executable, SCRIPT, "--url", server.url, "--data-dir", data_dir]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            part = data_dir / "aclImdb_v1.tar.gz.part"
            deadline = time.monotonic() + PATIENCE
            while not (part.exists() and part.stat().st_size > 1_000_000):
                assert time.monotonic() < deadline
                time.sleep(0.02)
            process.send_signal(signal.SIGINT)
            assert process.communicate(timeout=PATIENCE)[1] == "\nStopped.\n"
        assert process.returncode == 130
        n_have = part.stat().st_size
        assert run(data_dir, "--url", server.url).exit_code == 2  # 40 reviews are no corpus
        assert server.seen == [None, f"bytes={n_have}-"]


def limited(n_bytes):
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, n_bytes))


def test_disk_full_while_downloading_is_told_and_what_came_is_kept(data_dir):
    with serving(BIG) as server:
        command = [sys.executable, SCRIPT, "--url", server.url, "--data-dir", data_dir]
        done = subprocess.run(command, preexec_fn=limited(1_000_000), capture_output=True, text=True)
        part = data_dir / "aclImdb_v1.tar.gz.part"
        assert (done.returncode, done.stderr) == (2, f"Error: {part}: File too large\n")
        assert part.read_bytes() == BIG[:1_000_000]
        assert server.seen == [None]


def test_disk_full_while_unpacking_is_told_and_leaves_no_half(data_dir, tmp_path):
    """On a file system of two megabytes, in a mount namespace of its own."""
    write_archive(tmp_path / "a.tar.gz", [member(f"aclImdb/test/pos/{i}_1.txt", b"x" * 100_000) for i in range(40)])
    data_dir.mkdir()
    mount = shlex.join(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(data_dir)])
    if (
        not shutil.which("unshare")
        or subprocess.run(["unshare", "-rm", "sh", "-c", mount], capture_output=True).returncode
    ):
        pytest.skip("no mount namespaces here")
    unpack = [sys.executable, SCRIPT, "--url", tmp_path / "a.tar.gz", "--data-dir", data_dir]
    script = f"{mount} && {shlex.join(map(str, unpack))}; echo $?; {shlex.join(['ls', '-A', str(data_dir)])}"
    done = subprocess.run(["unshare", "-rm", "sh", "-c", script], capture_output=True, text=True)
    assert done.stderr == f"Error: {data_dir / '.aclImdb.part/fresh'}: No space left on device\n"
    assert done.stdout == "2\n"


def test_size_limit_while_unpacking_is_told_and_leaves_no_half(data_dir, tmp_path):
    write_archive(tmp_path / "a.tar.gz", [member("aclImdb/test/pos/1_1.txt", b"x" * 100_000)])
    command = [sys.executable, SCRIPT, "--url", tmp_path / "a.tar.gz", "--data-dir", data_dir]
    done = subprocess.run(command, preexec_fn=limited(50_000), capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (2, f"Error: {data_dir / '.aclImdb.part/fresh'}: File too large\n")
    assert os.listdir(data_dir) == []


def test_real_corpus_is_there_already_for_any_source(aclimdb_dir):
    result = run(aclimdb_dir.parent, "--url", "http://nowhere.invalid/")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"{aclimdb_dir}: 50,000 reviews, there already\n"


def test_defaults_are_in_the_help():
    text = " ".join(CliRunner().invoke(main, ["--help"]).stdout.split())
    for default in (
        "default: data",
        "default: 20.0",
        "default: 3",
        "env var: ACLIMDB_URL",
        "default: the official archive",
    ):
        assert default in text


def test_numbers_of_reviews_are_those_of_the_corpus():
    assert sum(LABELED.values()) == sum(UNSUP.values()) == 50_000
