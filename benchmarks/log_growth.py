"""What a growing log costs a worker: a start, a vote, an early undo, memory and disk.

    python benchmarks/log_growth.py data/movie_data.csv

The log holds honest votes on different reviews, as many as each size says, of the model that ships. CPU seconds of one
process that does nothing else; an undo is measured on the worker that is asked, and on a second one that sees it later.
"""

import tempfile
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import click
import numpy as np

from movieclassifier.commands.shared.edge import Command
from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.feedback.log.entities import ACCEPTED, CORRECT, INCORRECT, Client
from movieclassifier.feedback.log.kept_predictions import prediction_row
from movieclassifier.feedback.log.raw_connections import begin
from movieclassifier.feedback.log.raw_statements import VoteRow, insert_predictions, insert_vote
from movieclassifier.feedback.packed_rows import pack_row, text_rows
from movieclassifier.feedback.served_log import ServedLog
from movieclassifier.feedback.service import Service
from movieclassifier.feedback.settings import read_settings

HEADER = ("votes", "of them steps", "start s", "undo s", "undo, 2nd worker s", "vote ms", "memory MB", "disk MB")
VISITOR = Client("a session", "an address")
N_VOTES = 200
LIMITS = {"VOTES_PER_HOUR": 10**9, "PREDICTIONS_PER_MINUTE": 10**9, "TEXTS_PER_HOUR": 10**9, "KB_PER_HOUR": 10**9}


def open_worker(folder: Path) -> Service:
    """Return what a worker has, on the database of a folder."""
    return Service(ServedLog(read_settings({"DATABASE_URL": f"sqlite:///{folder}/f.db"} | LIMITS, {})))


def fill(service: Service, reviews: list[tuple[str, int]]) -> list[str]:
    """Write votes for the true labels straight into an empty log, and return the ids of the predictions."""
    ids = []
    log, served = service.log, service.log.served
    ngrams, labels = served.classifier.recipe.ngrams, served.classifier.label_names
    with log.store.raw.using("writer") as raw:
        begin(raw, durable=True)
        for position, (text, truth) in enumerate(reviews, start=1 + served.position):
            rows = served.classifier.rows([text])
            found = served.predict(text, rows, explain=False)
            row = prediction_row(found, Client("a session", f"address {position % 1000}"))
            verdict = CORRECT if labels[truth] == found.label else INCORRECT
            vote = VoteRow(
                position, row.id, 0, row.digest, labels[truth], verdict, ACCEPTED, None, False, position,
                row.probabilities, row.probabilities, 1, f"address {position % 1000}", row.created_at,
            )  # fmt: skip
            insert_predictions(raw, [row])
            insert_vote(raw, vote, pack_row(text_rows(rows, ngrams), ngrams))
            ids.append(row.id)
        raw.execute("COMMIT")
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return ids


def cpu_seconds(act: Callable[[], object]) -> float:
    """Return the CPU time of an act."""
    before = time.process_time()
    act()
    return time.process_time() - before


def measure(reviews: list[tuple[str, int]], n: int) -> list[str]:
    """Return the cells of one size."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first = open_worker(folder)
        first.warm_up()
        ids = fill(first, reviews[:n])
        first.close()
        workers: list[Service] = []

        def start() -> None:
            workers.append(open_worker(folder))
            workers[-1].log.fresh()

        starts = [cpu_seconds(start) for _ in range(2)]
        disk = sum(path.stat().st_size for path in folder.iterdir())
        here, there = workers
        learner = here.log.served._learner
        steps = learner.moved.steps
        early = steps[len(steps) // 100].index
        n_steps = len(steps)
        undo = cpu_seconds(lambda: here.undo(ids[early], Client("a session", "an address")))
        seen = cpu_seconds(there.log.fresh)
        same = here.log.served.weights_sha256() == there.log.served.weights_sha256()
        made = [here.classify(text, VISITOR) for text, _ in reviews[n : n + N_VOTES]]
        votes = cpu_seconds(lambda: [here.vote(str(one.id), one.label, VISITOR) for one in made])
        memory = learner.nbytes()
        for worker in workers:
            worker.close()
    if not same:
        raise SystemExit("the weights of two workers differ")
    figures = (max(starts), undo, seen)
    cells = [f"{n:,}", f"{n_steps:,}", *(f"{figure:.2f}" for figure in figures), f"{1000 * votes / N_VOTES:.1f}"]
    return [*cells, f"{memory / 1e6:.0f}", f"{disk / 1e6:.0f}"]


@click.command(cls=Command)
@click.argument("corpus", type=click.Path(path_type=Path))
@click.option("--votes", "sizes", multiple=True, type=int, default=[1000, 10_000, 50_000], show_default=True)
def main(corpus: Path, sizes: tuple[int, ...]) -> None:
    """Grow a log of votes on the reviews of CORPUS, and print what it costs a worker."""
    needed = max(sizes) + N_VOTES
    found = [(text, int(label)) for text, label in islice(open_corpus(corpus), needed)]
    order = np.random.RandomState(0).permutation(len(found))
    reviews = [found[i] for i in order]
    if len(reviews) < needed:  # votes on new texts are measured on some that are a little different
        reviews += [(f"{text} Once more.", label) for text, label in reviews[: needed - len(reviews)]]
    click.echo("".join(f"{name:>20}" for name in HEADER))
    for n in sizes:
        click.echo("".join(f"{cell:>20}" for cell in measure(reviews, n)))


if __name__ == "__main__":
    main()
