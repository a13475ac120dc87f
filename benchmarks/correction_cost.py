"""What votes at the web front cost on the test half: one at a time, and in streams within the bounds.

    python benchmarks/correction_cost.py MODEL data/movie_test.csv

MODEL must not have been trained on the test half: the bundled one, or that of ``train_online.py data/movie_train.csv
--test data/movie_test.csv``.
"""

import json
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
from corrections import Scored
from numpy.typing import NDArray

from movieclassifier.commands.shared.edge import Command
from movieclassifier.feedback.ballots import Batch
from movieclassifier.feedback.bounds import DEFAULT_CAP, Bounds, allowed_loss
from movieclassifier.feedback.guard_scores import GuardScores
from movieclassifier.feedback.learner import Learner
from movieclassifier.feedback.log.entities import Client
from movieclassifier.feedback.packed_rows import text_rows
from movieclassifier.feedback.served_log import ServedLog
from movieclassifier.feedback.service import Service
from movieclassifier.feedback.settings import read_settings
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.guard import guard_accuracy
from movieclassifier.models.persistence import load_classifier, model_path
from movieclassifier.models.record import load_record

VISITOR = Client("a session", "an address")
N_ORDERS, N_PACKED = 3, 40
GuardSet = Mapping[str, NDArray[Any]]
Votes = Callable[[Learner, Classifier, Scored], Iterator[tuple[str, int]]]
POOL = 3000  # texts that streams of votes take from; the others are measured on


def vote_one_at_a_time(model: Path, corpus: Scored, n: int) -> dict[str, float]:
    """Vote Incorrect on n right answers, each undone before the next, with another worker on the same log."""
    right = corpus.right()
    chosen = np.random.RandomState(0).permutation(np.flatnonzero(right))[:n]
    costs, n_flipped = [], 0
    with tempfile.TemporaryDirectory() as folder:
        given = {"DATABASE_URL": f"sqlite:///{folder}/f.db", "MODEL": str(model), "VOTES_PER_HOUR": 10**9}
        given |= {"PREDICTIONS_PER_MINUTE": 10**9, "TEXTS_PER_HOUR": 10**9}
        here, there = (Service(ServedLog(read_settings(given, {}))) for _ in range(2))
        with here.model() as served:
            base = served.copy()
        for i in chosen:
            prediction = here.classify(corpus.texts[i], VISITOR)
            wrong = next(name for name in prediction.labels if name != prediction.label)
            here.vote(str(prediction.id), wrong, VISITOR)
            n_flipped += here.answer(corpus.texts[i]).label == there.answer(corpus.texts[i]).label == wrong
            with there.model() as served:
                columns = served.rows([prediction.text]).columns
                after = corpus.rescored(base, served, columns).right()
            costs.append(100 * (np.delete(right, i).mean() - np.delete(after, i).mean()))
            here.undo(str(prediction.id), VISITOR)
        with there.model() as served:
            restored = served.weights_sha256() == base.weights_sha256()
        here.close(), there.close()
    return {
        "votes": n,
        "flipped on both workers": n_flipped,
        "mean cost": float(np.mean(costs)),
        "standard error": float(np.std(costs) / np.sqrt(n)),
        "largest cost": max(costs),
        "weights restored": restored,
    }


@dataclass(frozen=True)
class Stream:
    """Votes of one kind of people: on which answers, and for which label."""

    votes_on: Callable[[bool, float], bool]
    label: Callable[[int], int]


STREAMS = {
    "honest: wrong answers, put right": Stream(lambda right, value: not right, lambda truth: truth),
    "hostile: right answers, contradicted": Stream(lambda right, value: right, lambda truth: 1 - truth),
    "one-sided: every text is positive": Stream(lambda right, value: value < 0.5, lambda truth: 1),
}


def vote_all(
    base: Classifier, guard: GuardSet, corpus: Scored, votes: Votes, bounds: Bounds, n_addresses: int
) -> dict[str, float]:
    """Cast votes of some addresses in turn, and return how many acted and what that costs the other texts."""
    learner = Learner(base, bounds)
    floor = guard_accuracy(base, guard, base.columns) - allowed_loss(bounds.tolerance, len(guard["guard_y"]))
    learner.watch(GuardScores(learner.space, learner.moved.weights, base.intercept_, guard, base.columns, floor))
    n = 0
    for n, (text, label) in enumerate(votes(learner, base, corpus), start=1):
        rows = text_rows(base.rows([text]), base.recipe.ngrams)
        learner.learn([Batch([n], [n], [label], [f"address {n % n_addresses}"], [False], rows)])
    pupil = base.copy()
    learner.put(pupil.coef_)
    columns = np.flatnonzero(pupil.coef_[0] != base.coef_[0])
    after = corpus.rescored(base, pupil, columns).right()
    cost = 100 * (corpus.right()[POOL:].mean() - after[POOL:].mean())
    return {"votes": n, "held": len(learner.held), "cost": float(cost)}


def stream_votes(stream: Stream) -> Votes:
    """Return the votes of a stream on what the pupil answers by then."""

    def votes(learner: Learner, base: Classifier, corpus: Scored) -> Iterator[tuple[str, int]]:
        for text, truth in zip(corpus.texts[:POOL], corpus.y[:POOL].tolist(), strict=True):
            value = float(learner.values_of(text_rows(base.rows([text]), base.recipe.ngrams))[0])
            if stream.votes_on((value > 0) == truth, value):
                yield text, stream.label(truth)

    return votes


def packed_votes(learner: Learner, base: Classifier, corpus: Scored) -> Iterator[tuple[str, int]]:
    """Yield texts of 20,000 characters that hold the strongest phrases of a label, voted against."""
    strength: dict[str, float] = {}
    for text in corpus.texts[:200]:
        for part in base.explain(text, base.classes_[1].item()).contributions:
            strength[part.ngram] = part.value
    ranked = sorted(strength, key=strength.__getitem__)
    for turn in range(N_PACKED):
        label = turn % 2  # the label that is taught; the phrases speak for the other
        phrases = ranked[::-1] if label == 0 else ranked
        yield " . ".join(phrases[turn // 2 :: 1 + turn // 10])[:20_000], label


def shuffled(corpus: Scored, seed: int) -> Scored:
    order = np.random.RandomState(seed).permutation(len(corpus.y))
    return Scored(
        [corpus.texts[i] for i in order], corpus.y[order], corpus.X.tocsr()[order].tocsc(), corpus.values[order]
    )


def measure(model: Path, test: Path, n: int, caps: tuple[float, ...]) -> dict[str, object]:
    """Return all figures; costs are in points of accuracy on the test half."""
    model = model_path(model)
    base = load_classifier(model)
    corpus = Scored.of(base, test)
    found: dict[str, object] = {
        "accuracy": float(corpus.right().mean()),
        "one at a time": vote_one_at_a_time(model, corpus, n),
    }
    _, guard = load_record(model)
    orders = [shuffled(corpus, seed) for seed in range(N_ORDERS)]
    streams = {name: stream_votes(stream) for name, stream in STREAMS.items()}
    streams["packed: the strongest phrases, contradicted"] = packed_votes
    for cap in caps:
        for name, votes in streams.items():
            for n_addresses in (1, 50):
                runs = [vote_all(base, guard, order, votes, Bounds(cap), n_addresses) for order in orders]
                key = f"cap {cap:g}, {name}, {n_addresses} addresses"
                found[key] = {key: [run[key] for run in runs] for key in runs[0]}
    return found


@click.command(cls=Command)
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("test", type=click.Path(path_type=Path))
@click.option("--votes", "n", default=300, show_default=True, help="Votes to cast one at a time.")
@click.option("--cap", "caps", multiple=True, type=float, default=[DEFAULT_CAP], show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(model: Path, test: Path, n: int, caps: tuple[float, ...], as_json: bool) -> None:
    """Vote on the answers of MODEL to TEST, and print what that costs, in points of accuracy on all others."""
    start = time.perf_counter()
    found = measure(model, test, n, caps) | {"seconds": round(time.perf_counter() - start, 1)}
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    for name, value in found.items():
        if isinstance(value, dict):
            value = ", ".join(f"{key} {shown(figure)}" for key, figure in value.items())
        click.echo(f"{name:<48} {shown(value)}")


def shown(figure: object) -> str:
    if isinstance(figure, list):
        return " / ".join(map(shown, figure))
    return f"{figure:.4f}" if isinstance(figure, float) else str(figure)


if __name__ == "__main__":
    main()
