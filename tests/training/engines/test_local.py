"""Processes of this machine compute tasks, whatever kills them."""

import os
import resource
import shutil
import signal
import tempfile
import threading
import time

import numpy as np
import pytest

from movieclassifier.training.engines import local, local_workers
from movieclassifier.training.engines.local import LocalEngine
from movieclassifier.training.engines.tasks import Task
from tests.support import engine_tasks
from tests.support.engines import results
from tests.support.in_another_process import leave_a_file


def test_a_worker_that_is_killed_while_it_works_is_replaced():
    engine = LocalEngine(2)

    def kill():
        while (process := engine._workers[0].process) is None or process.pid is None:
            time.sleep(0.01)
        process.kill()

    threading.Timer(0.7, kill).start()
    pids = results(engine, *((engine_tasks.wait, 0.4) for _ in range(6)))
    exit_code = engine._workers[0].exit_code
    engine.close()
    assert exit_code == -signal.SIGKILL
    assert len(pids) == 6
    assert 2 <= len(set(pids.values())) <= 3


def test_workers_have_variables_of_their_own_unless_the_user_has_set_them(monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    monkeypatch.delenv("MALLOC_TRIM_THRESHOLD_", raising=False)
    engine = LocalEngine(1)
    found = results(engine, (os.getenv, "OPENBLAS_NUM_THREADS"), (os.getenv, "MALLOC_TRIM_THRESHOLD_"))
    engine.close()
    assert found == {0: "2", 1: "1073741824"}
    assert "MALLOC_TRIM_THRESHOLD_" not in os.environ


def test_a_task_that_kills_every_worker_has_an_end():
    engine = LocalEngine(1)
    with pytest.raises(
        ChildProcessError, match=r"has died 8 times, the last time with exit code -9; is there enough memory"
    ):
        results(engine, (engine_tasks.die,))
    engine.close()


def test_processes_that_never_begin_have_an_end(monkeypatch):
    monkeypatch.setattr(local, "MAX_FALSE_STARTS", 3)
    monkeypatch.setattr(local_workers, "compute_all", engine_tasks.leave)
    engine = LocalEngine(1)
    with pytest.raises(
        ChildProcessError, match="3 processes have ended before they began a task, the last one with exit code 7"
    ):
        results(engine, (engine_tasks.double, 1))
    engine.close()


def test_results_that_are_kept_keep_their_values_and_all_others_share_files():
    engine = LocalEngine(1)
    try:
        kept = results(engine, *((engine_tasks.count_to, n) for n in (10, 20_000, 300)))
        for number, n in engine.run([Task(engine_tasks.count_to, (1000,))] * 20):
            assert n.sum() == 499500, number
            del n
        assert {number: array.sum() for number, array in kept.items()} == {0: 45, 1: 199990000, 2: 44850}
        assert len(list(engine._files.folder.iterdir())) <= 5
    finally:
        engine.close()


def test_values_take_the_pages_of_files_that_were_written_ahead_and_of_those_that_were_dropped():
    engine = LocalEngine(1)
    try:
        engine.expect(8000)
        for n in (1000, 10, 3000):
            value = {"words": np.arange(n)}
            shared = engine.share(value)
            assert results(engine, (engine_tasks.add_up, shared, 1)) == {0: value["words"].sum() + 1}
            engine.drop(shared)
        assert len(list(engine._files.folder.iterdir())) <= 2
        engine.expect(10)
    finally:
        engine.close()
    assert not engine._files.folder.exists()


def test_a_value_needs_no_file_that_could_not_be_written_ahead():
    engine = LocalEngine(1)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (local.CHUNK, hard))
    try:
        engine.expect(2 * local.CHUNK)
        engine._expected[0].result()
        assert list(engine._files.folder.iterdir()) == []
        assert engine.share(np.arange(10)).path.exists()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)
        engine.close()


def test_a_result_that_has_no_room_is_an_error_and_no_death():
    engine = LocalEngine(1)
    with pytest.raises(OSError, match="File too large"):
        results(engine, (engine_tasks.large_beyond_a_limit, 2**20))
    assert results(engine, (engine_tasks.double, 4)) == {0: 8}
    engine.close()


def test_temporary_files_of_a_killed_worker_go_with_the_engine(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    engine = LocalEngine(1)
    try:
        with pytest.raises(ChildProcessError, match="has died"):
            results(engine, (leave_a_file, signal.SIGKILL))
    finally:
        engine.close()
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_while_the_results_are_removed_leaves_nothing(monkeypatch):
    engine, real = LocalEngine(1), shutil.rmtree
    engine.share(b"a value")
    folder = engine._files.folder

    def interrupted(*arguments, **options):
        monkeypatch.setattr(shutil, "rmtree", real)
        raise KeyboardInterrupt

    monkeypatch.setattr(shutil, "rmtree", interrupted)
    with pytest.raises(KeyboardInterrupt):
        engine.close()
    assert not folder.exists()
