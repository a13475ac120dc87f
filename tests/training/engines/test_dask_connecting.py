"""A Dask cluster is started or found, or one line says why not."""

import socket

import pytest

from movieclassifier.training.engines import dask_connecting
from movieclassifier.training.engines.dask_cluster import DaskEngine

pytest.importorskip("dask.distributed", reason="the extra dask is not installed")
# Dask's own threads and sockets end after its client has been closed.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


def test_nobody_at_the_address_is_an_error_of_the_system(monkeypatch):
    monkeypatch.setattr(dask_connecting, "SECONDS_TO_CONNECT", 1)
    with pytest.raises(
        OSError, match=r"tcp://127\.0\.0\.1:1: no scheduler answers \(.+\)\. Start one with `dask scheduler`"
    ):
        DaskEngine("tcp://127.0.0.1:1", 1)


def test_a_program_that_says_nothing_is_not_waited_for_without_end(monkeypatch):
    monkeypatch.setattr(dask_connecting, "SECONDS_TO_CONNECT", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(OSError, match=r"no scheduler answers \(timed out\)\. Start one with"):
            DaskEngine(url, 1)


def test_workers_that_cannot_be_started_are_an_error_of_the_system(monkeypatch):
    monkeypatch.setattr(dask_connecting, "OF_OWN_WORKERS", {"distributed.worker.preload": ["no_such_module"]})
    with pytest.raises(ChildProcessError, match=r"Dask cannot start its workers: .*no_such_module"):
        DaskEngine(None, 1)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b'{"address": 5}', b"\x80\x81"])
def test_a_file_that_no_scheduler_has_written_is_refused(content, tmp_path):
    path = tmp_path / "scheduler.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"scheduler\.json: this leads to no scheduler of Dask; pass tcp://HOST:PORT"):
        DaskEngine(str(path), 1)
