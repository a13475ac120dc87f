"""Every engine keeps the same promises."""

import numpy as np
import pytest

from movieclassifier.training.engines.table import make_engine
from movieclassifier.training.engines.tasks import Task
from tests.support import engine_tasks
from tests.support.engines import results

# Dask's own threads and sockets end after its client has been closed.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(scope="module", params=["local", "dask"])
def engine(request):
    if request.param == "dask":
        pytest.importorskip("distributed", reason="the extra dask is not installed")
    engine = make_engine(request.param, 2)
    yield engine
    engine.close()


def test_every_task_gives_its_result(engine):
    assert results(engine, *((engine_tasks.double, n) for n in range(7))) == {n: 2 * n for n in range(7)}


def test_no_task_gives_no_result(engine):
    assert results(engine) == {}


def test_large_results_come_whole(engine):
    found = results(engine, (engine_tasks.large, 5_000_000), (engine_tasks.large, 1))
    assert {number: len(content) for number, content in found.items()} == {0: 5_000_000, 1: 1}


def test_the_exception_of_a_task_is_raised_and_the_engine_goes_on(engine):
    with pytest.raises(ValueError, match="a bad row"):
        results(engine, (engine_tasks.fail, "a bad row"), (engine_tasks.double, 1))
    assert results(engine, (engine_tasks.double, 4)) == {0: 8}


def test_a_value_is_shared_by_many_tasks(engine):
    shared = engine.share({"words": np.arange(100_000)})
    assert results(engine, *((engine_tasks.add_up, shared, n) for n in range(3))) == {
        n: n + 4999950000 for n in range(3)
    }
    engine.drop(shared)


def test_a_shared_value_outlives_the_workers_that_hold_it(engine, tmp_path):
    shared = engine.share({"words": np.arange(10)})
    tasks = [(engine_tasks.die_first, str(tmp_path / str(n)), n) for n in range(2)]
    assert results(engine, *tasks) == {0: 0, 1: 1}
    assert results(engine, *((engine_tasks.add_up, shared, n) for n in range(2))) == {0: 45, 1: 46}
    both = [(engine_tasks.die_first, str(tmp_path / f"other-{n}"), n) for n in range(2)]
    assert results(engine, *both, (engine_tasks.add_up, shared, 5))[2] == 50


def test_a_task_that_died_with_its_worker_is_computed_again(engine, tmp_path):
    tasks = [(engine_tasks.die_first, str(tmp_path / str(n)), n) for n in range(3)]
    assert results(engine, *tasks, (engine_tasks.double, 5)) == {0: 0, 1: 1, 2: 2, 3: 10}


@pytest.mark.parametrize("name", ["local", "dask"])
def test_a_forgiving_run_yields_the_deaths_of_a_task(name):
    config = pytest.importorskip("dask.config", reason="the extra dask is not installed")
    with config.set({"distributed.scheduler.allowed-failures": 0}):  # one death, in place of four
        engine = make_engine(name, 1)
    tasks = [Task(engine_tasks.die, ()), Task(engine_tasks.double, (4,))]
    found = dict(engine.run(tasks, forgiving=True))
    engine.close()
    assert isinstance(found[0], ChildProcessError)
    assert found[1] == 8
