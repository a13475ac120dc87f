"""The digest of files is taken in a thread, which can be stopped; its errors come with the result."""

import hashlib
import threading
from pathlib import Path

import pytest

from movieclassifier.corpora import digests
from movieclassifier.corpora.digests import FilesDigest, hash_files
from tests.support.patience import PATIENCE


@pytest.mark.parametrize("size", [1, 3, 2**22])
def test_files_are_hashed_one_after_the_other(tmp_path, size, monkeypatch):
    monkeypatch.setattr(digests, "SIZE", size)
    paths = [tmp_path / "a", tmp_path / "b"]
    for path in paths:
        path.write_bytes(path.name.encode() * 10)
    expected = hashlib.sha256(b"a" * 10 + b"b" * 10).hexdigest()
    assert FilesDigest(paths).result() == hash_files(paths) == expected


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
