"""What votes at the web front cost on the test half: one at a time, and in streams up to the cap.

    python benchmarks/correction_cost.py MODEL data/movie_test.csv

MODEL must not have been trained on the test half: the bundled one, or that of ``train_online.py data/movie_train.csv
--test data/movie_test.csv``.
"""

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from corrections import Scored

from movieclassifier.commands.shared.edge import Command
from movieclassifier.feedback.learner import DEFAULT_CAP, Learner
from movieclassifier.feedback.log.entities import Client
from movieclassifier.feedback.served_log import ServedLog
from movieclassifier.feedback.service import Service
from movieclassifier.feedback.settings import read_settings
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.persistence import load_classifier

VISITOR = Client("a session", "an address")
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


def up_to_the_cap(base: Classifier, corpus: Scored, stream: Stream, cap: float) -> dict[str, float]:
    """Vote until the cap holds a vote back."""
    learner = Learner(base.copy(), cap)
    for position, (text, label) in enumerate(votes(learner.classifier, corpus, stream)):
        if not learner.learn(position, text, learner.classifier.label_names[label]):
            break
    columns = np.flatnonzero(learner.classifier.coef_[0] != base.coef_[0])
    after = corpus.rescored(base, learner.classifier, columns).right()
    cost = 100 * (corpus.right()[POOL:].mean() - after[POOL:].mean())
    return {"votes": len(learner.steps), "cost": float(cost)}


def votes(pupil: Classifier, corpus: Scored, stream: Stream) -> Iterator[tuple[str, int]]:
    """Yield the votes of a stream on what the pupil answers by then."""
    for text, truth in zip(corpus.texts[:POOL], corpus.y[:POOL].tolist(), strict=True):
        value = float(pupil.decision_function([text])[0])
        if stream.votes_on((value > 0) == truth, value):
            yield text, stream.label(truth)


def shuffled(corpus: Scored, seed: int) -> Scored:
    order = np.random.RandomState(seed).permutation(len(corpus.y))
    return Scored(
        [corpus.texts[i] for i in order], corpus.y[order], corpus.X.tocsr()[order].tocsc(), corpus.values[order]
    )


def measure(model: Path, test: Path, n: int, caps: tuple[float, ...]) -> dict[str, object]:
    """Return all figures; costs are in points of accuracy on the test half."""
    base = load_classifier(model)
    corpus = Scored.of(base, test)
    found: dict[str, object] = {
        "accuracy": float(corpus.right().mean()),
        "one at a time": vote_one_at_a_time(model, corpus, n),
    }
    orders = [shuffled(corpus, seed) for seed in range(3)]
    for cap in caps:
        for name, stream in STREAMS.items():
            runs = [up_to_the_cap(base, order, stream, cap) for order in orders]
            found[f"cap {cap:g}, {name}"] = {key: [run[key] for run in runs] for key in runs[0]}
    return found


@click.command(cls=Command)
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("test", type=click.Path(path_type=Path))
@click.option("--votes", "n", default=300, show_default=True, help="Votes to cast one at a time.")
@click.option("--cap", "caps", multiple=True, type=float, default=[0.05, DEFAULT_CAP, 0.2], show_default=True)
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
