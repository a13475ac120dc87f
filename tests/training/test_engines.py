import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest

from movieclassifier.training import engines
from movieclassifier.training.engines import DaskEngine, LocalEngine, Task, make_engine, versions
from tests.support import shard_tasks
from tests.support.patience import PATIENCE

dask = pytest.importorskip("dask.distributed", reason="the extra dask is not installed")
config = pytest.importorskip("dask.config")
# Dask's own threads and sockets end after its client has been closed.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(scope="module", params=["local", "dask"])
def engine(request):
    engine = make_engine(request.param, 2)
    yield engine
    engine.close()


def results(engine, *tasks):
    return dict(engine.run([Task(function, arguments) for function, *arguments in tasks]))


def test_every_task_gives_its_result(engine):
    assert results(engine, *((shard_tasks.double, n) for n in range(7))) == {n: 2 * n for n in range(7)}


def test_no_task_gives_no_result(engine):
    assert results(engine) == {}


def test_large_results_come_whole(engine):
    found = results(engine, (shard_tasks.large, 5_000_000), (shard_tasks.large, 1))
    assert {number: len(content) for number, content in found.items()} == {0: 5_000_000, 1: 1}


def test_the_exception_of_a_task_is_raised_and_the_engine_goes_on(engine):
    with pytest.raises(ValueError, match="a bad row"):
        results(engine, (shard_tasks.fail, "a bad row"), (shard_tasks.double, 1))
    assert results(engine, (shard_tasks.double, 4)) == {0: 8}


def test_a_task_that_died_with_its_worker_is_computed_again(engine, tmp_path):
    tasks = [(shard_tasks.die_first, str(tmp_path / str(n)), n) for n in range(3)]
    assert results(engine, *tasks, (shard_tasks.double, 5)) == {0: 0, 1: 1, 2: 2, 3: 10}


def test_a_worker_that_is_killed_while_it_works_is_replaced():
    engine = LocalEngine(2)
    threading.Timer(0.7, lambda: engine._workers[0].process.kill()).start()
    pids = results(engine, *((shard_tasks.wait, 0.4) for _ in range(6)))
    engine.close()
    assert len(pids) == 6
    assert 2 <= len(set(pids.values())) <= 3


def test_a_task_that_kills_every_worker_has_an_end():
    engine = LocalEngine(1)
    with pytest.raises(
        ChildProcessError, match=r"has died 8 times, the last time with exit code -9; is there enough memory"
    ):
        results(engine, (shard_tasks.die,))
    engine.close()


def test_processes_that_never_begin_have_an_end(monkeypatch):
    monkeypatch.setattr(engines, "MAX_FALSE_STARTS", 3)
    monkeypatch.setattr(engines, "_compute_all", shard_tasks.leave)
    engine = LocalEngine(1)
    with pytest.raises(ChildProcessError, match="the last time with exit code 7"):
        results(engine, (shard_tasks.double, 1))
    engine.close()


def test_a_cluster_without_workers_has_an_end(monkeypatch):
    monkeypatch.setattr(engines, "SECONDS_WITHOUT_WORKERS", 0.5)
    engine = DaskEngine(None, 1)
    engine._cluster.scale(0)
    deadline = time.monotonic() + PATIENCE
    while engine._count_workers() and time.monotonic() < deadline:
        time.sleep(0.1)
    with pytest.raises(ChildProcessError, match="the cluster has had no worker for 0 seconds"):
        results(engine, (shard_tasks.double, 1))
    engine.close()


def test_nobody_at_the_address_is_an_error_of_the_system(monkeypatch):
    monkeypatch.setattr(engines, "SECONDS_TO_CONNECT", 1)
    with pytest.raises(OSError, match=r"(?i)timed out|connect"):
        DaskEngine("tcp://127.0.0.1:1", 1)


def test_a_worker_with_a_different_version_is_refused(monkeypatch):
    here = versions()
    monkeypatch.setattr(engines, "versions", lambda: {**here, "numpy": "0.1"})
    engine = DaskEngine.__new__(DaskEngine)
    engine._client = type("Client", (), {"run": lambda self, function, on_error: {"tcp://a:1": here}})()
    with pytest.raises(ValueError, match=r"worker tcp://a:1 has numpy .*, this process has 0.1; the bits of a model"):
        engine._check_versions()


def test_a_path_that_a_worker_cannot_read_is_named():
    engine = make_engine("dask", 1)
    with pytest.raises(FileNotFoundError) as caught:
        results(engine, (shard_tasks.read, "/nowhere/x.csv"))
    engine.close()
    assert caught.value.filename == "/nowhere/x.csv"
    assert caught.value.strerror.endswith("(on a worker; every worker has to read this path)")


@pytest.mark.parametrize("name", ["local", "dask"])
def test_a_forgiving_run_yields_the_deaths_of_a_task(name):
    with config.set({"distributed.scheduler.allowed-failures": 0}):  # one death, in place of four
        engine = make_engine(name, 1)
    tasks = [Task(shard_tasks.die, ()), Task(shard_tasks.double, (4,))]
    found = dict(engine.run(tasks, forgiving=True))
    engine.close()
    assert isinstance(found[0], ChildProcessError)
    assert found[1] == 8


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
            process.wait(20)


def test_a_cluster_of_separate_processes_is_used_by_its_scheduler_file(tmp_path):
    with cluster(tmp_path) as path:
        engine = make_engine(str(path), 9)
        assert engine.n_workers == 1
        assert results(engine, (shard_tasks.double, 21)) == {0: 42}
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
