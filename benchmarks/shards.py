"""Train by shards: accuracy, seconds, memory, traffic, and whether the model of the cost predicts them.

==============================================  =====================================================================
``python benchmarks/shards.py``                 accuracy on the official halves after each pass, for 1 to 64 shards
``… --plain``                                   the same with a plain mean of the weights in place of the weighted one
``… --copies 8``                                seconds and memory on 1 and 2 workers, local and Dask, on 8 copies of
                                                the 50,000 reviews; bytes that travel; dask-ml's Incremental beside it
``… --copies 8 --parts local dask bytes peer``  some of these parts alone
``… --simulate``                                the constants of ``shards_model.py``, and predicted beside measured
                                                seconds for 1, 2 and 4 workers
==============================================  =====================================================================

The test half chooses nothing.
"""

import argparse
import json
import os
import pickle
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import shards_model
from measuring import run

from movieclassifier import Plan, evaluate, make_recipe, open_corpus, score_documents
from movieclassifier.corpora.survey import count_labels
from movieclassifier.system.memory import peak_megabytes
from movieclassifier.training.engines import tasks as engine_tasks
from movieclassifier.training.engines.local import LocalEngine
from movieclassifier.training.engines.table import make_engine
from movieclassifier.training.engines.tasks import Task, bundles_of
from movieclassifier.training.shards.live_space import LiveSpace
from movieclassifier.training.shards.messages import Counts, PassWeights, Steps
from movieclassifier.training.shards.mixing import Mix
from movieclassifier.training.shards.numbering import SCALE, as_integers
from movieclassifier.training.shards.shard_tasks import step_shard
from movieclassifier.training.shards.sharded_fit import ShardedFit
from movieclassifier.training.shards.small_integers import SmallIntegers, columns_with_values
from movieclassifier.training.source_tasks import find_source

TRAIN, TEST = "data/movie_train.csv", "data/movie_test.csv"
COPIED = "data/movie_data.csv"
N_SHARDS, N_PASSES = 64, 4
PARTS = ("local", "dask", "bytes", "peer")


# ---------------------------------------------------------------- accuracy


class PlainFit(ShardedFit):
    """A fit that takes the plain mean of the shards' weights after each pass."""

    def step(self, shards, engine):
        """Take one pass on the engine; yields the documents of each bundle."""
        live, weights, sums, intercepts = self.live, self.weights, 0, 0
        bundles = bundles_of(shards, engine.n_workers)
        tasks = [Task(plain_steps, (bundle, self.settings, live, weights, self.n_passes_done)) for bundle in bundles]
        for _, (found, of_intercepts, n_documents) in engine.run(tasks):
            sums, intercepts = sums + found, intercepts + of_intercepts
            yield n_documents
        scale = SCALE * len(shards)
        coef = (sums / scale).astype(weights.coef.dtype)
        self.weights = PassWeights(coef, intercepts / scale)
        self.n_passes_done += 1


def plain_steps(shards, settings, live, weights, n_passes_done):
    """Return the sums of the weights that shards have learned, each shard counted once."""
    sums, intercepts = np.zeros(weights.coef.shape, np.int64), np.zeros(len(weights.intercept), np.int64)
    space = LiveSpace(live, weights, settings.recipe.ngrams.n_features, by_column=False)
    for shard in shards:
        slots, _, estimators, _ = step_shard(shard, settings, space, n_passes_done)
        known = slots >= 0
        # A column that the shard lacks keeps its weight. The penalty on it is left out: it is 1e-3 of a weight.
        own = np.zeros(weights.coef.shape[1], np.bool_)
        own[slots[known]] = True
        for row, estimator in enumerate(estimators):
            sums[row, slots[known]] += as_integers(estimator.coef_[0, known])
            sums[row, ~own] += as_integers(weights.coef[row, ~own])
            intercepts[row] += as_integers(float(estimator.intercept_[0]))
    return sums, intercepts, sum(shard.n_documents for shard in shards)


def plan_of(source, n_shards, passes):
    """Return the plan of a fit without a slice for calibration."""
    found = source.found
    recipe = make_recipe("default", passes=max(2, passes), calibrate=False)
    return Plan(recipe, found.classes, count_labels(found), found.n_documents, sha256=found.sha256, n_shards=n_shards)


def accuracies(n_shards, passes, kind):
    """Yield the accuracy on the test half after each pass."""
    test = open_corpus(TEST)
    with TemporaryDirectory() as folder, closing(make_engine("local", 1)) as engine:
        source = find_source(open_corpus(TRAIN), engine)
        fit = kind(plan_of(source, n_shards, passes), Path(folder), folder)
        shards = fit.cut(source.documents())
        exhaust(fit.count(shards, engine))
        for _ in range(passes):
            exhaust(fit.step(shards, engine))
            classifier = fit.classifier(None)
            y, values = score_documents(classifier, iter(test), 2)
            yield evaluate(y, values, classifier)["accuracy"]


def exhaust(steps):
    """Run a generator to its end."""
    for _ in steps:
        pass


# ---------------------------------------------------------------- one measured fit, in a process of its own


def timed(function, with_bytes, *arguments):
    """Compute a task on a worker; returns its result, the seconds of CPU, and if that is asked for its size."""
    start = time.process_time()
    result = function(*arguments)
    cpu = time.process_time() - start
    return result, cpu, len(pickle.dumps(result, protocol=5)) if with_bytes else 0


class Measured:
    """An engine that adds up the workers' CPU, and the bytes that travel."""

    def __init__(self, engine, with_bytes):
        self.engine, self.with_bytes, self.n_workers = engine, with_bytes, engine.n_workers
        self.cpu, self.down, self.up, self.n_tasks, self.seen = 0.0, 0, 0, 0, 0

    def share(self, value):
        """Share a value, which travels to each worker."""
        self.down += len(pickle.dumps(value, protocol=5)) * self.n_workers if self.with_bytes else 0
        return self.engine.share(value)

    def expect(self, n_bytes):
        """Get ready to share a value."""
        self.engine.expect(n_bytes)

    def drop(self, shared):
        """Forget a value."""
        self.engine.drop(shared)

    def run(self, tasks, forgiving=False):
        """Yield the results of the tasks."""
        if self.with_bytes:
            self.down += sum(len(pickle.dumps(task, protocol=5)) for task in tasks)
        self.n_tasks += len(tasks)
        wrapped = [Task(timed, (task.function, self.with_bytes, *task.arguments)) for task in tasks]
        for number, (result, cpu, n_bytes) in self.engine.run(wrapped, forgiving):
            self.cpu, self.up = self.cpu + cpu, self.up + n_bytes
            if self.with_bytes and isinstance(result, Counts):
                self.seen += len(columns_with_values(result.counts.small.T))
            yield number, result

    def take(self):
        """Return what was added up since the last call."""
        found = {"worker_cpu": self.cpu, "down": self.down, "up": self.up, "tasks": self.n_tasks, "seen": self.seen}
        self.cpu, self.down, self.up, self.n_tasks, self.seen = 0.0, 0, 0, 0, 0
        return found


def fit_once(on, n_workers, copies, with_bytes=False, bundles=None):
    """Fit, and return seconds, seconds of CPU of driver and workers, and peak memory, by phase and in all."""
    if bundles is not None:
        engine_tasks.BUNDLES_PER_WORKER = bundles
    engine = Measured(make_engine(on, n_workers), with_bytes)
    exhaust(engine.run([Task(warm_up, ())] * n_workers))
    engine.take()
    phases = {}

    def phase(name, steps):
        wall, cpu = time.perf_counter(), time.process_time()
        value = steps()
        driver = time.process_time() - cpu
        phases[name] = {"seconds": time.perf_counter() - wall, "driver_cpu": driver, **engine.take()}
        return value

    with TemporaryDirectory() as folder:
        source = phase("survey", lambda: find_source(open_corpus(*[COPIED] * copies), engine))
        fit = ShardedFit(plan_of(source, N_SHARDS, N_PASSES), Path(folder), folder)
        shards = fit.cut(source.documents())
        phase("count", lambda: exhaust(fit.count(shards, engine)))
        for number in range(N_PASSES):
            phase(f"pass {number + 1}", lambda: exhaust(fit.step(shards, engine)))
        memory = {"driver_MB": peak_megabytes(), "worker_MB": max(worker_peaks(os.getpid()))}
        n_live = len(fit.live.columns)
        seen = int((fit.counts.counts_.sum(axis=1) > 0).sum())
    total = {name: sum(each[name] for each in phases.values()) for name in phases["count"]}
    engine.engine.close()
    return {"phases": phases, **total, **memory, "n_live": n_live, "n_seen": seen, "n": source.found.n_documents}


def warm_up():
    """Import what tasks need: a worker does it once."""
    import movieclassifier.training.shards.shard_tasks  # noqa: F401


def children(pid):
    """Yield the children of a process; those of each thread stand in a file of their own."""
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(FileNotFoundError, ProcessLookupError):  # the thread has ended
            yield from path.read_text().split()


def worker_peaks(pid):
    """Yield the peak memory of all descendants of a process that are workers, in MB."""
    for child in children(pid):
        if b"resource_tracker" not in Path(f"/proc/{child}/cmdline").read_bytes():
            lines = Path(f"/proc/{child}/status").read_text().splitlines()
            yield from (int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith("VmHWM"))
        yield from worker_peaks(child)


def fit_apart(*arguments):
    """Fit in a process of its own, whose memory is its own."""
    return run([sys.executable, __file__, "--one", *map(str, arguments)]).answer


def speed(on, copies, repeat):
    """Print seconds and memory on one and two workers, in turns, and the ratio."""
    seconds, cpu = {}, {}
    turns = [{n_workers: fit_apart(on, n_workers, copies) for n_workers in (1, 2)} for _ in range(repeat)]
    for n_workers in (1, 2):
        found = [turn[n_workers] for turn in turns]
        seconds[n_workers] = statistics.median(each["seconds"] for each in found)
        driver, worker = (statistics.median(each[name] for each in found) for name in ("driver_cpu", "worker_cpu"))
        cpu[n_workers] = driver + worker / n_workers
        peaks = [max(each[name] for each in found) for name in ("driver_MB", "worker_MB")]
        print(
            f"{on}, {n_workers} workers, {copies} copies, median of {repeat}: {seconds[n_workers]:.1f} s; "
            f"CPU: driver {driver:.2f} s, workers {worker:.2f} s; memory: driver {peaks[0]:.0f} MB, "
            f"largest worker {peaks[1]:.0f} MB",
            flush=True,
        )
    print(f"{on}: two workers are {seconds[1] / seconds[2]:.2f}× one by the clock, {cpu[1] / cpu[2]:.2f}× by CPU\n")


def traffic(copies):
    """Print the bytes that travel in each phase, with two workers."""
    found = fit_apart("local", 2, copies, "bytes")
    print(
        f"bytes that travel, 2 workers, {copies} copies, {found['n_live']:,} live columns of {found['n_seen']:,} seen:"
    )
    for name, each in found["phases"].items():
        print(f"  {name:<7} {each['tasks']:3} tasks, {each['down'] / 1e6:7.1f} MB down, {each['up'] / 1e6:7.1f} MB up")
    print(flush=True)


def peer(copies):
    """Print time, memory and accuracy of dask-ml's Incremental on two workers, on the same documents."""
    missing = [name for name in ("dask_ml", "distributed") if find_spec(name) is None]
    if missing:
        print("dask-ml is left out; it needs: pip install 'movieclassifier[bench-cluster]'", file=sys.stderr)
        return
    found = run([sys.executable, __file__, "--peer", str(copies)]).answer
    memory = f"driver {found['driver_MB']:.0f} MB, largest worker {found['worker_MB']:.0f} MB"
    print(
        f"dask-ml's Incremental, 2 workers, {copies} copies, 1 pass: {found['seconds']:.1f} s, "
        f"accuracy {found['accuracy']:.4f}; memory: {memory}"
    )


def fit_peer(copies):
    """Fit SGDClassifier by dask-ml's Incremental on hashed blocks of documents."""
    import dask
    import dask.array
    from dask.distributed import Client, LocalCluster
    from dask_ml.wrappers import Incremental
    from sklearn.linear_model import SGDClassifier

    from movieclassifier.vectorizer import make_vectorizer

    cluster = LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0")
    client = Client(cluster)
    recipe = make_recipe("default")
    # Accuracy is told for the official halves, which the copies of the whole corpus would hold both.
    with closing(LocalEngine(1)) as engine:
        documents, _ = find_source(open_corpus(*[TRAIN] * 2 * copies), engine).split(copies * 50_000, 0)
    start = time.perf_counter()
    n_blocks = len(documents) // 1000
    blocks = [documents.part(1000 * number, 1000 * (number + 1)) for number in range(n_blocks)]
    meta = make_vectorizer(recipe).transform(["a"])[:0]
    read, hashed = dask.delayed(texts_and_labels), dask.delayed(vectorized)
    parts = [read(block) for block in blocks]
    X = dask.array.concatenate(
        [dask.array.from_delayed(hashed(part, recipe), (1000, meta.shape[1]), meta=meta) for part in parts]
    )
    y = dask.array.concatenate([dask.array.from_delayed(part[1], (1000,), dtype=np.int64) for part in parts])
    model = Incremental(SGDClassifier(loss="log_loss", alpha=1e-6), shuffle_blocks=False, assume_equal_chunks=True)
    model.fit(X, y, classes=[0, 1])
    seconds = time.perf_counter() - start
    vectorizer = make_vectorizer(recipe)
    texts, y_test = zip(*open_corpus(TEST), strict=True)
    parts = [vectorizer.transform(texts[at : at + 1000]) for at in range(0, len(texts), 1000)]
    y_pred = np.concatenate([model.estimator_.predict(part) for part in parts])
    memory = {"driver_MB": peak_megabytes(), "worker_MB": max(worker_peaks(os.getpid()))}
    client.close()
    cluster.close()
    return {"seconds": seconds, "accuracy": float((y_pred == y_test).mean()), **memory}


def texts_and_labels(documents):
    """Read a block of documents, on a worker."""
    texts, labels = zip(*documents, strict=True)
    return texts, np.array(labels)


def vectorized(part, recipe):
    """Hash a block of documents, on a worker."""
    from movieclassifier.vectorizer import make_vectorizer

    return make_vectorizer(recipe).transform(part[0])


# ---------------------------------------------------------------- the model of the cost


MANY = 8  # bundles, in place of the two of one worker


def measure_constants(copies):
    """Return the constants of the model, without a run of more than one worker.

    What a task costs whatever its documents is the difference between runs in many bundles and in few. How much longer
    a document takes beside others is found with trainings that know nothing of each other.
    """
    found, sizes = fit_apart("local", 1, copies), fit_apart("local", 1, copies, "bytes")
    many = fit_apart("local", 1, copies, "", MANY)
    n, phases = found["n"], found["phases"]
    names = [f"pass {number + 1}" for number in range(N_PASSES)]
    tasks = phases["count"]["tasks"]
    more = sum(many["phases"][name]["worker_cpu"] - phases[name]["worker_cpu"] for name in names)
    bundle = max(0.0, more / (MANY - tasks) / N_PASSES / found["n_live"])
    fixed = tasks * bundle * found["n_live"]
    task, link = measure_engine()
    merge, start = measure_merging(found["n_live"])
    whole, part = found["n_seen"], sizes["phases"]["count"]["seen"] / tasks
    power = np.log(whole / part) / np.log(tasks)
    return n, shards_model.Constants(
        survey=phases["survey"]["worker_cpu"] / n,
        count=(phases["count"]["worker_cpu"] - fixed) / n,
        step=(statistics.median(phases[name]["worker_cpu"] for name in names) - fixed) / n,
        bundle=bundle,
        crowd=tuple((number, crowd(number, copies, found["worker_cpu"])) for number in (2, 4)),
        merge=merge,
        start=start,
        task=task,
        link=link,
        n_columns=found["n_live"],
        seen=(float(part / (n / tasks) ** power), float(power)),
    )


def crowd(n_fits, copies, alone):
    """Return the CPU of a training beside others that run at the same time, over that of one alone."""
    with ThreadPoolExecutor(n_fits) as pool:
        found = list(pool.map(lambda _: fit_apart("local", 1, copies)["worker_cpu"], range(n_fits)))
    return statistics.mean(found) / alone


def measure_merging(n_live):
    """Return the seconds of adding a column of a result, and of a column of the model at the end of a pass."""
    live_positions = np.arange(0, n_live, 3, dtype=np.int32)
    sums = SmallIntegers.of(live_positions.astype(np.int64), np.int32)
    steps = Steps(live_positions, (sums,), np.zeros(1, np.int64), 1, 0)
    mix, frequency, coef = (
        Mix(np.zeros((1, n_live), np.int64)),
        np.ones(n_live, np.int32),
        np.zeros((1, n_live), np.float32),
    )
    merges, starts = [], []
    for _ in range(5):
        times = [time.process_time()]
        mix.add(steps)
        times.append(time.process_time())
        mix.weights(frequency, coef)
        times.append(time.process_time())
        merges.append((times[1] - times[0]) / len(live_positions))
        starts.append((times[2] - times[1]) / n_live)
    return statistics.median(merges), statistics.median(starts)


def measure_engine():
    """Return the seconds of a task that does nothing, and the bytes per second of a large one's result."""
    with closing(LocalEngine(1)) as engine:
        exhaust(engine.run([Task(nothing, (0,))]))
        start = time.perf_counter()
        exhaust(engine.run([Task(nothing, (0,))] * 200))
        task = (time.perf_counter() - start) / 200
        size = 20_000_000
        start = time.perf_counter()
        for _, result in engine.run([Task(nothing, (size,))] * 5):
            result.sum()
        seconds = (time.perf_counter() - start) / 5
    return task, size / max(1e-9, seconds - task)


def nothing(n_bytes):
    """Return so many bytes."""
    return np.zeros(n_bytes, np.uint8)


def check_model(copies, repeat):
    """Print predicted beside measured seconds of 1, 2 and 4 local workers, then the table for large clusters."""
    n, constants = measure_constants(copies)
    print(f"measured on one worker: {constants}\n\nworkers  predicted  measured  error")
    n_cores, errors = len(os.sched_getaffinity(0)), []
    for n_workers in (1, 2, 4):
        settings = {"n_passes": N_PASSES, "n_cores": n_cores, "n_shards": N_SHARDS}
        predicted = shards_model.simulate(n, n_workers, constants, **settings).seconds
        measured = statistics.median(fit_apart("local", n_workers, copies)["seconds"] for _ in range(repeat))
        errors.append(predicted / measured - 1)
        print(f"{n_workers:7}  {predicted:7.1f} s  {measured:6.1f} s  {errors[-1]:+.0%}", flush=True)
    verdict = "within" if max(map(abs, errors)) <= 0.2 else "NOT within"
    print(f"{verdict} 20% on {n_cores} cores\n")
    names = ("survey", "count", "step", "bundle", "merge", "start")
    of_a_cluster = shards_model.Constants(**{name: getattr(constants, name) for name in names})
    print("\n".join(shards_model.table(of_a_cluster)))


def main():
    """Print what the options ask for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shards", type=int, nargs="*", default=[1, 4, 16, 64], help="default: 1 4 16 64")
    parser.add_argument("--passes", type=int, default=6, help="default: 6")
    parser.add_argument("--plain", action="store_true", help="take the plain mean of the shards' weights")
    parser.add_argument("--copies", type=int, help="measure seconds on so many copies of the corpus")
    parser.add_argument("--parts", nargs="*", choices=PARTS, default=PARTS, help="what to measure on the copies")
    parser.add_argument("--repeat", type=int, default=3, help="fits of which the median is taken; default: 3")
    parser.add_argument("--simulate", action="store_true", help="compare the model of the cost with local workers")
    parser.add_argument("--one", nargs="*", help=argparse.SUPPRESS)
    parser.add_argument("--peer", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        on, n_workers, copies, *rest = args.one
        with_bytes, bundles = [*rest, "", ""][:2]
        found = fit_once(on, int(n_workers), int(copies), bool(with_bytes), int(bundles) if bundles else None)
        print(json.dumps(found))
    elif args.peer:
        print(json.dumps(fit_peer(args.peer)))
    elif args.simulate:
        check_model(args.copies or 2, args.repeat)
    elif args.copies:
        for part in args.parts:
            {"bytes": traffic, "peer": peer}.get(part, lambda copies, on=part: speed(on, copies, args.repeat))(
                args.copies
            )
    else:
        print("shards  accuracy after pass 1, 2, …")
        for n_shards in args.shards:
            found = accuracies(n_shards, args.passes, PlainFit if args.plain else ShardedFit)
            print(f"{n_shards:6}  {' '.join(f'{accuracy:.4f}' for accuracy in found)}", flush=True)


if __name__ == "__main__":
    main()
