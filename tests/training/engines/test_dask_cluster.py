"""A Dask cluster computes tasks; what is wrong with it is said in one line."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from movieclassifier.training.engines import dask_cluster
from movieclassifier.training.engines.dask_cluster import DaskEngine
from movieclassifier.training.engines.dask_connecting import versions
from movieclassifier.training.engines.table import make_engine
from movieclassifier.training.engines.tasks import Task
from tests.support import engine_tasks
from tests.support.engines import results
from tests.support.patience import PATIENCE

dask = pytest.importorskip("dask.distributed", reason="the extra dask is not installed")
config = pytest.importorskip("dask.config")
# Dask's own threads and sockets end after its client has been closed.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


def test_a_cluster_without_workers_has_an_end(monkeypatch):
    monkeypatch.setattr(dask_cluster, "SECONDS_WITHOUT_WORKERS", 0.5)
    engine = DaskEngine(None, 1)
    engine._cluster.scale(0)
    deadline = time.monotonic() + PATIENCE
    while engine._count_workers() and time.monotonic() < deadline:
        time.sleep(0.1)
    with pytest.raises(ChildProcessError, match="the cluster has had no worker for 0 seconds"):
        results(engine, (engine_tasks.double, 1))
    engine.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_the_cluster_is_stopped_takes_effect_when_it_has_stopped(number, monkeypatch):
    engine = DaskEngine(None, 1)
    close, cluster = engine._client.close, engine._cluster

    def interrupted():
        signal.raise_signal(number)
        close()

    monkeypatch.setattr(engine._client, "close", interrupted)
    seen = []
    usual = signal.signal(number, lambda *_: seen.append(cluster.status.name))
    engine.close()
    signal.signal(number, usual)
    assert seen == ["closed"]


def test_a_cluster_of_this_machine_gets_new_workers_when_dask_has_given_them_up(monkeypatch):
    monkeypatch.setattr(dask_cluster, "SECONDS_TO_NEW_WORKERS", 0.5)
    engine = DaskEngine(None, 1)
    engine._cluster.scale(0)
    deadline = time.monotonic() + PATIENCE
    while engine._count_workers() and time.monotonic() < deadline:
        time.sleep(0.1)
    monkeypatch.setattr(dask_cluster, "SECONDS_WITHOUT_WORKERS", PATIENCE)
    assert results(engine, (engine_tasks.double, 1)) == {0: 2}
    engine.close()


class Late:
    """A future that has ended, and whose result comes after some looks."""

    def __init__(self, status, n_looks):
        self.status, self.n_looks, self.waited = status, n_looks, []

    def result(self, timeout):
        self.waited.append(timeout)
        if len(self.waited) <= self.n_looks:
            raise TimeoutError("late")
        return 5


def engine_with(n_workers):
    """Return an engine without a cluster, which counts so many workers."""
    engine = DaskEngine.__new__(DaskEngine)
    engine._cluster, engine._count_workers = None, lambda: n_workers
    return engine


def test_a_result_that_takes_long_is_given_more_and_more_time():
    future = Late("finished", 2)
    assert engine_with(1)._result(future) == 5
    assert future.waited == [20, 40, 80]


def test_a_result_that_went_with_the_last_worker_has_an_end(monkeypatch):
    monkeypatch.setattr(dask_cluster, "SECONDS_WITHOUT_WORKERS", 0)
    with pytest.raises(ChildProcessError, match="the cluster has had no worker for 0 seconds"):
        engine_with(0)._result(Late("pending", 9))


def test_a_task_may_time_out_itself():
    with pytest.raises(TimeoutError, match="late"):
        engine_with(1)._result(Late("error", 1))


def test_a_worker_with_a_different_version_is_refused(monkeypatch):
    here = versions()
    monkeypatch.setattr(dask_cluster, "versions", lambda: {**here, "numpy": "0.1"})
    engine = DaskEngine.__new__(DaskEngine)
    engine._client = type("Client", (), {"run": lambda self, function, on_error: {"tcp://a:1": here}})()
    with pytest.raises(ValueError, match=r"worker tcp://a:1 has numpy .*, this process has 0.1; the bits of a model"):
        engine._check_versions()


def test_a_path_that_a_worker_cannot_read_is_named():
    engine = make_engine("dask", 1)
    with pytest.raises(FileNotFoundError) as caught:
        results(engine, (engine_tasks.read, "/nowhere/x.csv"))
    engine.close()
    assert caught.value.filename == "/nowhere/x.csv"
    assert caught.value.strerror.endswith("(on a worker; every worker has to read this path)")


@pytest.mark.parametrize(
    ("errors", "message"),
    [
        ([OSError("reset")], ""),
        ([KeyError("tcp://a:1")], ""),
        ([OSError("reset")] * 2, "the workers that receive a value have died: reset"),
        ([TimeoutError()], "the cluster has had no worker for 60 seconds"),
    ],
)
def test_a_value_is_sent_again_while_workers_die_and_not_for_ever(errors, message, monkeypatch):
    def scatter(values, **options):
        if errors:
            raise errors.pop()
        return [f"future of {value}" for value in values]

    monkeypatch.setattr(dask_cluster, "SECONDS_BETWEEN_LOOKS", 0)
    monkeypatch.setattr(dask_cluster, "ATTEMPTS", 2)
    engine = DaskEngine.__new__(DaskEngine)
    engine._client = SimpleNamespace(scatter=scatter, status="running")
    if not message:
        assert engine.share("w").future == "future of w"
        return
    with pytest.raises(ChildProcessError, match=message):
        engine.share("w")


@contextmanager
def cluster(folder, sitecustomize=""):
    """Start a scheduler and a worker as processes of their own, and return the path of the scheduler file."""
    path = folder / "scheduler.json"
    (folder / "site").mkdir()
    (folder / "site" / "sitecustomize.py").write_text(sitecustomize)
    python_path = os.pathsep.join([str(folder / "site"), os.environ.get("PYTHONPATH", "")])
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    dask_command = [sys.executable, "-m", "dask"]
    scheduler = [*dask_command, "scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", str(path)]
    worker = [*dask_command, "worker", "--scheduler-file", str(path), "--nthreads", "1", "--no-dashboard"]
    worker += ["--local-directory", str(folder)]
    processes = [subprocess.Popen(scheduler, **quiet)]
    try:
        deadline = time.monotonic() + PATIENCE
        while not path.exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        processes.append(subprocess.Popen(worker, **quiet, env=os.environ | {"PYTHONPATH": python_path}))
        with dask.Client(scheduler_file=str(path), timeout=PATIENCE) as client:
            client.wait_for_workers(1, timeout=PATIENCE)
        yield path
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(PATIENCE)


def test_a_cluster_of_separate_processes_is_used_by_its_scheduler_file(tmp_path):
    with cluster(tmp_path) as path:
        engine = make_engine(str(path), 9)
        assert engine.n_workers == 1
        assert results(engine, (engine_tasks.double, 21)) == {0: 42}
        engine.close()


def test_a_scheduler_that_dies_ends_a_run_with_one_error(tmp_path):
    with cluster(tmp_path) as path, config.set({"distributed.comm.timeouts.connect": "1s"}):
        engine = make_engine(str(path), 1)
        scheduler = engine._client.run_on_scheduler(os.getpid)
        threading.Timer(0.5, os.kill, (scheduler, signal.SIGKILL)).start()
        with pytest.raises(ChildProcessError, match="the connection to the scheduler of the cluster is lost"):
            results(engine, (engine_tasks.wait, 60))
        with pytest.raises(ChildProcessError, match="the connection to the scheduler of the cluster is lost"):
            engine.share(1)
        engine.run_on_machines(Task(engine_tasks.die, ()))  # which leaves it out
        engine.close()


@pytest.mark.parametrize(
    ("sitecustomize", "message"),
    [
        ("import numpy; numpy.__version__ = '0.1'", "has numpy 0.1, this process has"),
        ("import sys; sys.modules['movieclassifier'] = None", "cannot import movieclassifier; install movieclassifier"),
    ],
    ids=["other numpy", "no movieclassifier"],
)
def test_a_worker_with_different_packages_is_refused(tmp_path, sitecustomize, message):
    with cluster(tmp_path, sitecustomize) as path, pytest.raises(ValueError, match=f"worker tcp://.* {message}"):
        make_engine(str(path), 1)
