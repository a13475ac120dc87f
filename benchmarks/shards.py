"""Train by shards: accuracy after each pass, and seconds on one and two workers.

``python benchmarks/shards.py`` trains on the official train half, tests on the test half, and prints a table; the test
half chooses nothing. ``--copies 8`` measures seconds on copies of the train half instead.
"""

import argparse
import copy
import time
from itertools import chain, repeat
from pathlib import Path
from tempfile import TemporaryDirectory

from movieclassifier import Plan, evaluate, make_recipe, open_corpus, score_documents, survey
from movieclassifier.corpora.survey import count_labels
from movieclassifier.training.engines import make_engine
from movieclassifier.training.sharded_fit import ShardedFit


def plan_of(train, n_shards, passes, copies=1):
    """Return the plan of a fit on copies of a corpus, without a slice for calibration."""
    found = survey(train)
    recipe = make_recipe("default", passes=max(2, passes), calibrate=False)
    counts = tuple(copies * n for n in count_labels(found))
    return Plan(recipe, found.classes, counts, sum(counts), sha256=found.sha256, n_shards=n_shards)


def accuracies(train, test, n_shards, passes):
    """Yield the accuracy on the test corpus after each pass."""
    engine = make_engine("local", 1)
    with TemporaryDirectory() as folder:
        fit = ShardedFit(plan_of(train, n_shards, passes), Path(folder), folder)
        shards = fit.cut(iter(train))
        for _ in fit.count(shards, engine):
            pass
        for _ in range(passes):
            for _ in fit.step(shards, engine):
                pass
            # classifier() takes the counts over; each pass needs them again.
            counts = copy.deepcopy(fit.counts)
            classifier = fit.classifier(None)
            fit.counts = counts
            y, values = score_documents(classifier, iter(test), 2)
            yield evaluate(y, values, classifier)["accuracy"]
    engine.close()


def seconds(train, copies, on, n_workers):
    """Return the seconds of a fit of four passes over copies of a corpus in 64 shards."""
    engine = make_engine(on, n_workers)
    documents = chain.from_iterable(repeat(list(train), copies))
    with TemporaryDirectory() as folder:
        fit = ShardedFit(plan_of(train, 64, 4, copies), Path(folder), folder)
        start = time.perf_counter()
        shards = fit.cut(iter(documents))
        cut = time.perf_counter() - start
        for steps in (fit.count(shards, engine), *(fit.step(shards, engine) for _ in range(4))):
            for _ in steps:
                pass
        total = time.perf_counter() - start
    engine.close()
    return cut, total


def main():
    """Print one of the two tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shards", type=int, nargs="*", default=[1, 4, 16, 64], help="default: 1 4 16 64")
    parser.add_argument("--passes", type=int, default=6, help="default: 6")
    parser.add_argument("--copies", type=int, help="measure seconds on so many copies of the train half")
    args = parser.parse_args()
    train, test = open_corpus("data/movie_train.csv"), open_corpus("data/movie_test.csv")
    if args.copies:
        for on in ("local", "dask"):
            for n_workers in (1, 2):
                cut, total = seconds(train, args.copies, on, n_workers)
                print(f"{on}, {n_workers} workers: {total:.1f} s, of which cutting {cut:.1f} s", flush=True)
        return
    print("shards  accuracy after pass 1, 2, …")
    for n_shards in args.shards:
        row = " ".join(f"{accuracy:.4f}" for accuracy in accuracies(train, test, n_shards, args.passes))
        print(f"{n_shards:6}  {row}", flush=True)


if __name__ == "__main__":
    main()
