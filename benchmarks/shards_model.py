"""The cost of a training by shards, by simulation: how long it takes, and what it waits for.

``python benchmarks/shards_model.py`` prints a table for 10^8 and 10^9 documents on 10, 100 and 1,000 workers.
``python benchmarks/shards.py --simulate`` measures the constants on one worker, predicts 1, 2 and 4 workers, and
measures those, too.

The driver hands a bundle of shards to each worker. Its scheduler, its link and its merging of results are three
servers, each of which does one thing at a time; workers share the cores. A pass begins when the weights have come to
all workers, each of which hands them on, and ends with its last merge. The corpus has at least as many files as there
are workers, which cut them and compute their digests.
"""

import heapq
import math
from collections import deque
from dataclasses import dataclass, replace

from movieclassifier.training.engines.tasks import n_bundles_for

# A result tells the index of each column, or has all of them: two counts of a byte, or a sum of four bytes. Index and
# ratio of a live column are sent once, its weight at each pass.
INDEX, COUNTS, SUM, RATIO, WEIGHT = 4, 2, 4, 4, 4
WORKERS, LINK, MERGING, SCHEDULER = "workers", "driver's link", "driver's merging", "scheduler"


@dataclass(frozen=True)
class Constants:
    """What was measured; seconds, and bytes per second.

    Attributes
    ----------
    survey, count, step : float
        Per document and worker: to find its label and compute the digest of its bytes, to hash it and count, one pass.
    bundle : float
        Per task and column of the model, on a worker: to make room for the sums and to pack them.
    crowd : tuple of (int, float)
        How much longer all this takes beside others on one machine, by the number of workers there: they share its
        cores' caches and its memory.
    merge : float
        Per column of a result, on the driver.
    start : float
        Per column of the model, on the driver, between two passes.
    task : float
        Per task, on the scheduler.
    link : float
        Bytes per second between the driver and all workers together.
    n_columns : int
        Columns of the model.
    seen : tuple of (float, float)
        A bundle of n documents has ``a * n ** b`` columns, up to all.
    disk : float
        Bytes of cache per document.
    """

    survey: float = 3.3e-6
    count: float = 17.4e-6
    step: float = 5.0e-6
    bundle: float = 5.6e-9
    crowd: tuple[tuple[int, float], ...] = ()
    merge: float = 2.4e-9
    start: float = 2.6e-9
    task: float = 1e-3
    link: float = 1.25e9
    n_columns: int = 2**22
    seen: tuple[float, float] = (2600.0, 0.66)
    disk: float = 4_000.0


@dataclass(frozen=True)
class Cost:
    """What a simulated phase took, in seconds; `busy` tells how long each server worked."""

    seconds: float
    busy: dict[str, float]

    def __add__(self, other: "Cost") -> "Cost":
        names = {**self.busy, **other.busy}
        total = {name: self.busy.get(name, 0.0) + other.busy.get(name, 0.0) for name in names}
        return Cost(self.seconds + other.seconds, total)

    @property
    def bottleneck(self) -> str:
        """The server that was busy for the largest part of the time."""
        return max(self.busy, key=lambda name: self.busy[name])


def columns_of(n_documents: float, constants: Constants) -> float:
    """Return how many columns a bundle of documents has.

    Examples
    --------
    >>> columns_of(10**9, Constants())
    4194304.0
    """
    factor, power = constants.seen
    return float(min(constants.n_columns, factor * n_documents**power))


def bytes_up(n_columns: float, n_all: float, n_bytes: int) -> float:
    """Return the bytes of a result that has values at some columns, with their indices or at all of them."""
    return float(min(n_columns * (INDEX + n_bytes), n_all * n_bytes))


def broadcast(n_bytes: float, n_workers: int, constants: Constants) -> Cost:
    """Return what it costs to send a value to all workers: it comes to one, and each that has it hands it on."""
    seconds = n_bytes / constants.link
    return Cost(seconds * (1 + math.ceil(math.log2(n_workers))), {LINK: seconds})


def simulate_phase(
    work: float, n_tasks: int, n_workers: int, n_cores: int, up: float, merge: float, constants: Constants
) -> Cost:
    """Simulate tasks that all can start at once.

    Parameters
    ----------
    work : float
        Seconds of a worker for each task.
    n_tasks, n_workers, n_cores : int
        Workers that are more than the cores share them.
    up : float
        Bytes that travel with each result.
    merge : float
        Seconds of the driver for each result.
    constants : Constants
    """
    now = scheduler_free = link_free = merge_free = 0.0
    busy = {WORKERS: work * n_tasks / min(n_workers, n_cores), LINK: 0.0, MERGING: 0.0, SCHEDULER: 0.0}
    idle, n_waiting = n_workers, n_tasks
    arriving: list[float] = []
    # Shares of the cores are equal: a task ends when every one that is at work has had so many seconds.
    served, ends = 0.0, deque[float]()
    n_done, finish = 0, 0.0
    while n_done < n_tasks:
        while idle and n_waiting:
            idle, n_waiting = idle - 1, n_waiting - 1
            scheduler_free = max(scheduler_free, now) + constants.task
            busy[SCHEDULER] += constants.task
            heapq.heappush(arriving, scheduler_free)
        rate = min(1.0, n_cores / len(ends)) if ends else 1.0
        next_end = now + (ends[0] - served) / rate if ends else float("inf")
        if arriving and arriving[0] <= next_end:
            served, now = served + (arriving[0] - now) * rate, heapq.heappop(arriving)
            ends.append(served + work)
            continue
        served, now = ends.popleft(), next_end
        idle, n_done = idle + 1, n_done + 1
        link_free = max(link_free, now) + up / constants.link
        merge_free = max(merge_free, link_free) + merge
        busy[LINK] += up / constants.link
        busy[MERGING] += merge
        finish = max(finish, merge_free)
    return Cost(finish, busy)


def simulate(
    n_documents: int,
    n_workers: int,
    constants: Constants,
    *,
    n_passes: int = 3,
    n_cores: int | None = None,
    bundles_per_worker: int | None = None,
    n_shards: int = 2**40,
) -> Cost:
    """Simulate a training: the survey, the counting pass, and passes of SGD.

    Parameters
    ----------
    n_documents, n_workers : int
    constants : Constants
    n_passes : int
    n_cores : int, optional
        Of the machine that all workers share; without it each of them has a core of its own, and a machine.
    bundles_per_worker : int, optional
    n_shards : int

    Examples
    --------
    One worker without a driver's costs takes what its documents take.

    >>> free = Constants(count=26e-6, step=12e-6, survey=0, bundle=0, merge=0, start=0, task=0, link=1e99)
    >>> round(simulate(10**6, 1, free).seconds, 6), simulate(10**6, 1, free).bottleneck
    (62.0, 'workers')
    >>> round(simulate(10**6, 4, free).seconds, 6), round(simulate(10**6, 4, free, n_cores=2).seconds, 6)
    (15.5, 31.0)
    """
    n_tasks = min(n_shards, n_workers * bundles_per_worker if bundles_per_worker else n_bundles_for(n_workers))
    per_task = n_documents / n_tasks
    n_columns, n_live = columns_of(per_task, constants), constants.n_columns
    sizes, crowd = (n_tasks, n_workers, n_cores or n_workers), crowd_of(n_workers, n_cores, constants)
    merge, fixed = constants.merge * n_columns, constants.bundle * n_live
    total = simulate_phase(constants.survey * per_task * crowd, *sizes, 0, 0, constants)
    up = bytes_up(n_columns, n_live, COUNTS)
    total += simulate_phase((constants.count * per_task + fixed) * crowd, *sizes, up, merge, constants)
    total += broadcast((INDEX + RATIO) * n_live, n_workers, constants)
    up = bytes_up(n_columns, n_live, SUM)
    for _ in range(n_passes):
        total += broadcast(WEIGHT * n_live, n_workers, constants)
        total += simulate_phase((constants.step * per_task + fixed) * crowd, *sizes, up, merge, constants)
        total += Cost(constants.start * n_live, {MERGING: constants.start * n_live})
    return total


def crowd_of(n_workers: int, n_cores: int | None, constants: Constants) -> float:
    """Return how much longer a document takes with so many workers on one machine.

    Examples
    --------
    >>> shared = Constants(crowd=((2, 1.1), (4, 1.3)))
    >>> [crowd_of(n, 2, shared) for n in (1, 2, 3, 4, 8)], crowd_of(8, None, shared)
    ([1.0, 1.1, 1.1, 1.3, 1.3], 1.0)
    """
    known = [factor for n, factor in constants.crowd if n <= n_workers and n_cores is not None]
    return known[-1] if known else 1.0


def breaks_first(n_documents: int, n_workers: int, constants: Constants, cost: Cost) -> str:
    """Say what would have to be changed before more workers help, or before the run fits at all."""
    disk = n_documents * constants.disk / n_workers / 1e9
    if disk > 500:
        return f"disk: {disk:,.0f} GB of cache a worker"
    advice = {
        WORKERS: "nothing yet: more workers help",
        LINK: "the link: add results up in a tree",
        MERGING: "merging: add results up in a tree",
        SCHEDULER: "the scheduler: fewer, larger workers",
    }
    return advice[cost.bottleneck]


def table(constants: Constants) -> list[str]:
    """Return the lines of the table."""
    lines = ["documents  columns  workers      time  efficiency  waits for                     breaks first"]
    for n_documents in (10**8, 10**9):
        for n_columns in (2**22, 2**24):
            settings = replace(constants, n_columns=n_columns)
            alone = replace(settings, merge=0, start=0, task=0, link=1e99)
            ideal = simulate(n_documents, 1, alone).seconds
            for n_workers in (10, 100, 1000):
                cost = simulate(n_documents, n_workers, settings)
                share = ideal / n_workers / cost.seconds
                fault = breaks_first(n_documents, n_workers, settings, cost)
                size = f"10^{len(str(n_documents)) - 1}"
                columns = f"2^{n_columns.bit_length() - 1}"
                lines.append(
                    f"{size:>9}  {columns:>7}  {n_workers:7,}  {cost.seconds:6,.0f} s  {share:10.0%}  "
                    f"{cost.bottleneck:<28}  {fault}"
                )
    return lines


if __name__ == "__main__":
    print("\n".join(table(Constants())))
