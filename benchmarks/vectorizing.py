"""Measure vectorizing alone: the compiled twin against scikit-learn's HashingVectorizer with the same tokenizer.

    python benchmarks/vectorizing.py data/movie_data.csv

The two take turns on the same minibatches, and medians of their CPU seconds are compared, which do not depend on what
else the machine does. Then two threads vectorize two minibatches at once; their wall seconds are half of one thread's
only where the GIL is released and two cores are free.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import click
from sklearn.feature_extraction.text import HashingVectorizer

from movieclassifier.corpora.readers.tables import iter_csv
from movieclassifier.recipes.names import RECIPES
from movieclassifier.system.compiled import backend
from movieclassifier.vectorizer import make_vectorizer

MINIBATCH_SIZE = 1000


def seconds(function: Callable[[], object], clock: Callable[[], float]) -> float:
    """Return the seconds of one call."""
    start = clock()
    function()
    return clock() - start


def measure(recipe: str, minibatches: list[list[str]], n_repeats: int) -> dict[str, float]:
    """Return the medians of the two vectorizers, microseconds per text, and of two threads against one."""
    ours = make_vectorizer(recipe)
    theirs = HashingVectorizer(**ours.get_params())
    two, pool = 2 * minibatches[:1], ThreadPoolExecutor(2)
    contenders: dict[str, Callable[[], object]] = {
        "twin": lambda: [ours.transform(minibatch) for minibatch in minibatches],
        "scikit_learn": lambda: [theirs.transform(minibatch) for minibatch in minibatches],
        "one_thread": lambda: [ours.transform(minibatch) for minibatch in two * 10],
        "two_threads": lambda: list(pool.map(lambda minibatch: [ours.transform(minibatch) for _ in range(10)], two)),
    }
    times: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(n_repeats):
        for name, function in contenders.items():
            clock = time.perf_counter if name.endswith(("thread", "threads")) else time.thread_time
            times[name].append(seconds(function, clock))
    pool.shutdown()
    n_texts = sum(map(len, minibatches))
    twin, scikit_learn = (1e6 * statistics.median(times[name]) / n_texts for name in ("twin", "scikit_learn"))
    ratios = [theirs / ours for ours, theirs in zip(times["twin"], times["scikit_learn"], strict=True)]
    return {
        "scikit_learn_us_per_text": scikit_learn,
        "twin_us_per_text": twin,
        "ratio": scikit_learn / twin,
        "ratio_lowest": min(ratios),
        "ratio_highest": max(ratios),
        "two_threads_ratio": statistics.median(times["one_thread"]) / statistics.median(times["two_threads"]),
    }


@click.command(help=__doc__.split("\n")[0])
@click.argument("csv_path", default="data/movie_data.csv", type=click.Path(exists=True))
@click.option("--n-texts", default=5000, show_default=True, type=click.IntRange(min=1))
@click.option("--n-repeats", default=7, show_default=True, type=click.IntRange(min=1))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(csv_path: str, n_texts: int, n_repeats: int, as_json: bool) -> None:
    """Measure and print."""
    if backend()[0] != "compiled":
        sys.exit(f"There is nothing to compare: {backend()[1]}.")
    texts = [text for text, _ in zip((text for text, _ in iter_csv(csv_path)), range(n_texts), strict=False)]
    minibatches = [texts[start : start + MINIBATCH_SIZE] for start in range(0, len(texts), MINIBATCH_SIZE)]
    results = {recipe: measure(recipe, minibatches, n_repeats) for recipe in RECIPES}
    if as_json:
        print(json.dumps(results, indent=2))
        return
    print("recipe   scikit-learn      twin    ratio (lowest-highest)   two threads against one")
    for recipe, row in results.items():
        print(
            "{:8}{scikit_learn_us_per_text:9.1f} µs{twin_us_per_text:8.2f} µs{ratio:7.1f}x"
            " ({ratio_lowest:.1f}-{ratio_highest:.1f}){two_threads_ratio:19.2f}x".format(recipe, **row)
        )


if __name__ == "__main__":
    main()
