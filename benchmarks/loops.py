"""The training loops that are compared, each from a CSV file to a fitted classifier, in a process of its own.

    python benchmarks/loops.py default data/movie_data.csv --threads 2

Prints seconds and CPU seconds of the loop alone, imports and evaluation left out, and how good the result is on the
rows that follow.
"""

import csv
import json
import os
import re
import time
import zlib
from collections.abc import Callable, Collection
from functools import partial
from itertools import islice

import click
import numpy as np

from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.minibatches import split_holdout
from movieclassifier.corpora.readers.compression import import_zstd
from movieclassifier.features.words import english_stop_words

# Returns the probability of label 1 for each text.
Fitted = Callable[[list[str]], np.ndarray]
N_MINIBATCH = 1000


def book(path: str, n_train: int, stop: Collection[str]) -> Fitted:
    """Train as chapter 8 of *Python Machine Learning* does."""
    from sklearn.feature_extraction.text import HashingVectorizer
    from sklearn.linear_model import SGDClassifier

    def tokenizer(text):
        text = re.sub(r"<[^>]*>", "", text)
        emoticons = re.findall(r"(?::|;|=)(?:-)?(?:\)|\(|D|P)", text.lower())
        text = re.sub(r"[\W]+", " ", text.lower()) + " ".join(emoticons).replace("-", "")
        return [word for word in text.split() if word not in stop]

    def stream_docs():
        with open(path, encoding="utf-8") as file:
            next(file)
            for line in file:
                yield line[:-3], int(line[-2])

    vect = HashingVectorizer(
        decode_error="ignore", n_features=2**21, preprocessor=None, tokenizer=tokenizer, token_pattern=None
    )
    clf = SGDClassifier(loss="log_loss", random_state=1)
    stream = stream_docs()

    def fit():
        for start in range(0, n_train, N_MINIBATCH):
            texts, labels = zip(*islice(stream, min(N_MINIBATCH, n_train - start)), strict=True)
            clf.partial_fit(vect.transform(texts), labels, classes=[0, 1])
        return lambda texts: clf.predict_proba(vect.transform(texts))[:, 1]

    return fit


def ours(path: str, n_train: int, recipe: str, n_threads: int) -> Fitted:
    """Train as ``train_online.py`` does; like the book's, this loop is told the classes and how long it is."""
    from movieclassifier.recipes.names import RECIPES
    from movieclassifier.training.fit import fit
    from movieclassifier.training.plan import Plan

    if os.environ.get("MOVIECLASSIFIER_PURE_PYTHON"):
        import sklearn.feature_extraction.text
        import sklearn.linear_model  # noqa: F401  (so that the loop does not wait for it)

    plan = Plan(RECIPES[recipe], (0, 1), (n_train // 2, n_train - n_train // 2), n_train)

    def loop():
        corpus = open_corpus(path)
        train, _ = split_holdout(corpus.stream(corpus.labels), n_train, 0)
        classifier = fit(train, plan, n_threads=n_threads)
        return lambda texts: classifier.predict_proba(texts)[:, 1]

    return loop


def read_bytes(path: str) -> Callable[[], None]:
    """Read the file and do nothing with it."""

    def loop():
        with open(path, "rb") as file:
            while file.read(2**20):
                pass

    return loop


def read_csv(path: str) -> Callable[[], None]:
    """Read the rows with the standard library."""

    def loop():
        csv.field_size_limit(2**24)
        with open(path, newline="", encoding="utf-8") as file:
            for _ in csv.reader(file):
                pass

    return loop


def read_documents(path: str) -> Callable[[], None]:
    """Read the rows with the reader of this package, which checks each of them."""

    def loop():
        for _ in open_corpus(path):
            pass

    return loop


def read_minibatches(path: str) -> Callable[[], None]:
    """Read the rows as a training does, a thousand at a time."""

    def loop():
        corpus = open_corpus(path)
        stream = corpus.stream(corpus.labels)
        while stream.take(N_MINIBATCH)[1]:
            pass

    return loop


def decompress(path: str) -> Callable[[], None]:
    """Decompress a .gz or .zst file and do nothing with it."""
    make = partial(zlib.decompressobj, 31) if path.endswith(".gz") else import_zstd("this benchmark").ZstdDecompressor

    def loop():
        decompressor = make()
        with open(path, "rb") as file:
            while chunk := file.read(2**16):
                decompressor.decompress(chunk)

    return loop


def measured(loop: Callable[[], Fitted | None]) -> tuple[Fitted | None, dict[str, float]]:
    """Return what a loop returns, and what it took."""
    start, cpu_start = time.perf_counter(), time.process_time()
    result = loop()
    return result, {"loop_seconds": time.perf_counter() - start, "loop_cpu": time.process_time() - cpu_start}


def scores(fitted: Fitted, path: str, n_train: int) -> dict[str, float]:
    """Return accuracy and log loss on the rows after the training part."""
    texts, labels = zip(*islice(open_corpus(path), n_train, None), strict=True)
    return accuracy_and_log_loss(fitted(list(texts)), np.array(labels))


def accuracy_and_log_loss(p: np.ndarray, y: np.ndarray) -> dict[str, float]:
    """Return both for probabilities of label 1."""
    right = np.clip(np.where(y == 1, p, 1 - p), 1e-15, 1)
    return {"accuracy": float(((p > 0.5) == (y == 1)).mean()), "log_loss": float(-np.log(right).mean())}


LOOPS: dict[str, Callable[[str, int, int], Callable[[], Fitted | None]]] = {
    "book-loop": lambda path, n_train, n_threads: book(path, n_train, set(english_stop_words())),
    "book-loop-list": lambda path, n_train, n_threads: book(path, n_train, sorted(english_stop_words())),
    "book": lambda path, n_train, n_threads: ours(path, n_train, "book", n_threads),
    "default": lambda path, n_train, n_threads: ours(path, n_train, "default", n_threads),
    "read-bytes": lambda path, n_train, n_threads: read_bytes(path),
    "read-csv": lambda path, n_train, n_threads: read_csv(path),
    "read-documents": lambda path, n_train, n_threads: read_documents(path),
    "read-minibatches": lambda path, n_train, n_threads: read_minibatches(path),
    "decompress": lambda path, n_train, n_threads: decompress(path),
}


@click.command(help=__doc__.split("\n")[0])
@click.argument("name", type=click.Choice(list(LOOPS)))
@click.argument("csv_path", type=click.Path(exists=True))
@click.option("--n-train", default=45_000, show_default=True, type=click.IntRange(1))
@click.option("--threads", "n_threads", default=1, show_default=True, type=click.IntRange(1))
def main(name: str, csv_path: str, n_train: int, n_threads: int) -> None:
    """Run one loop and print what it took."""
    fitted, cost = measured(LOOPS[name](csv_path, n_train, n_threads))
    print(json.dumps(cost | (scores(fitted, csv_path, n_train) if fitted else {})))


if __name__ == "__main__":
    main()
