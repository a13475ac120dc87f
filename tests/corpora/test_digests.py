"""The digest of files is taken in a thread, which can be stopped; its errors come with the result."""

import hashlib
import threading
from pathlib import Path

import pytest

from movieclassifier.corpora import digests
from movieclassifier.corpora.digests import FilesDigest, hash_files
from tests.support.patience import PATIENCE


@pytest.mark.parametrize("size", [1, 3, 2**22])
def test_digest_of_files_is_that_of_their_digests(tmp_path, size, monkeypatch):
    monkeypatch.setattr(digests, "SIZE", size)
    paths = [tmp_path / "a", tmp_path / "b"]
    for path in paths:
        path.write_bytes(path.name.encode() * 10)
    of_each = [hashlib.sha256(name * 10).hexdigest() for name in (b"a", b"b")]
    assert FilesDigest(paths[:1]).result() == hash_files(paths[:1]) == of_each[0]
    expected = hashlib.sha256("".join(of_each).encode()).hexdigest()
    assert FilesDigest(paths).result() == hash_files(paths) == expected
    assert hash_files(paths[::-1]) != expected


def test_missing_file_is_told_with_the_result(tmp_path):
    digest = FilesDigest([tmp_path / "missing"])
    with pytest.raises(FileNotFoundError, match="missing"):
        digest.result()
    digest.stop()


def test_want_of_memory_is_told_with_the_result(tmp_path, monkeypatch):
    monkeypatch.setattr(digests, "SIZE", 2**62)
    digest = FilesDigest([tmp_path])
    with pytest.raises(MemoryError):
        digest.result()


def test_stopped_digest_leaves_no_thread():
    digest = FilesDigest([Path("/dev/zero")])
    digest.stop()
    assert "digest" not in {thread.name for thread in threading.enumerate()}


def test_ctrl_c_while_the_thread_begins_ends_it(monkeypatch):
    real = threading.Thread.start

    def start(thread):
        real(thread)
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(KeyboardInterrupt):
        FilesDigest([Path("/dev/zero")])
    for thread in threading.enumerate():
        if thread.name == "digest":
            thread.join(PATIENCE)
            assert not thread.is_alive()
