"""Workers of this machine: what they say, what cannot be sent to them, and what they do without a driver."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from movieclassifier.training.engines import local, local_workers
from movieclassifier.training.engines.local import LocalEngine
from tests.support import engine_tasks
from tests.support.engines import results
from tests.support.patience import wait_until


def test_nobody_waits_for_a_process_whose_result_cannot_be_read(monkeypatch):
    read, fails = local_workers.read_value, iter([True, False])

    def read_at_the_second_try(path, when_gone):
        if next(fails):
            raise EOFError(f"{path} is not whole.")
        return read(path, when_gone)

    monkeypatch.setattr(local_workers, "read_value", read_at_the_second_try)
    monkeypatch.setattr(local_workers, "GRACE", 60)
    engine, start = LocalEngine(1), time.monotonic()
    assert results(engine, (engine_tasks.double, 4)) == {0: 8}
    engine.close()
    assert time.monotonic() - start < 60


def test_a_process_that_cannot_be_started_is_told(monkeypatch):
    monkeypatch.setattr(local_workers, "compute_all", lambda *_: None)  # it cannot be sent to a new process
    engine = LocalEngine(1)
    with pytest.raises(Exception, match="pickle"):
        results(engine, (engine_tasks.double, 1))
    engine.close()


class Unreadable:
    """An argument that a worker cannot read."""

    def __reduce__(self):
        return Path.read_bytes, (Path("there is no such file"),)


def test_a_worker_that_fails_leaves_the_results_of_a_driver_that_lives(monkeypatch):
    monkeypatch.setattr(local, "MAX_FALSE_STARTS", 2)
    engine = LocalEngine(1)
    shared = engine.share(b"a value")
    with pytest.raises(ChildProcessError, match="before they began a task, the last one with exit code 1"):
        results(engine, (engine_tasks.double, Unreadable()))
    assert shared.path.exists()
    engine.close()


KILLED_DRIVER = """
import time
from movieclassifier.training.engines.local import LocalEngine
from tests.support import engine_tasks
from tests.support.engines import results

engine = LocalEngine(2)
engine.share(b"a value")
results(engine, *[(engine_tasks.large, 1000)] * 4)
results(engine, (engine_tasks.wait, 2), (engine_tasks.wait, 0))
time.sleep(600)
"""


def test_workers_remove_the_results_of_a_driver_that_is_killed(tmp_path):
    environment = os.environ | {"TMPDIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", KILLED_DRIVER], env=environment) as driver:
        try:
            wait_until(lambda: len(list(tmp_path.glob("movieclassifier-results-*/*"))) >= 2)
        finally:
            driver.kill()
    wait_until(lambda: not list(tmp_path.iterdir()))
