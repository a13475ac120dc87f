"""What corrections do to a model: does the corrected review flip, and what does that cost the others?

    python benchmarks/corrections.py MODEL data/movie_test.csv

Takes correctly classified reviews of the test half, contradicts each on a fresh copy of the model, and measures the
accuracy on all others. Then 1,000 right clicks and 100 wrong ones, all on one copy.
"""

import json
import time
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from scipy.sparse import csc_matrix, vstack

from movieclassifier.commands.shared.edge import Command
from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.minibatches import iter_minibatches
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.persistence import load_classifier


@dataclass(frozen=True)
class Scored:
    """A corpus of two classes as a model sees it: features by column, so that a change of few weights is cheap."""

    texts: list[str]
    y: np.ndarray
    X: csc_matrix
    values: np.ndarray

    @classmethod
    def of(cls, classifier: Classifier, path: Path) -> "Scored":
        texts, labels, rows, values = [], [], [], []
        for minibatch, minibatch_labels in iter_minibatches(open_corpus(path)):
            hashed = classifier.rows(minibatch)
            rows.append(hashed.to_csr())
            values.append(classifier.decide(hashed)[:, 0])
            texts += minibatch
            labels += minibatch_labels
        return cls(texts, np.array(labels), vstack(rows, format="csc"), np.concatenate(values))

    def right(self) -> np.ndarray:
        return (self.values > 0) == self.y

    def rescored(self, before: Classifier, after: Classifier, columns: np.ndarray) -> "Scored":
        change = after.coef_[0, columns].astype(float) - before.coef_[0, columns]
        intercept = float(after.intercept_[0]) - float(before.intercept_[0])
        return Scored(self.texts, self.y, self.X, self.values + self.X[:, columns] @ change + intercept)


def contradict_each(classifier: Classifier, corpus: Scored, n: int = 300, seed: int = 0) -> dict[str, float]:
    """Contradict n correctly classified texts, each on a fresh copy; costs are points of accuracy on the others."""
    right = corpus.right()
    chosen = np.random.RandomState(seed).permutation(np.flatnonzero(right))[:n]
    n_flipped, costs = 0, []
    for i in chosen:
        text, wrong = corpus.texts[i], 1 - int(corpus.y[i])
        pupil = classifier.copy()
        pupil.learn(text, wrong)
        n_flipped += int(pupil.predict([text])[0] == wrong)
        after = corpus.rescored(classifier, pupil, classifier.rows([text]).columns).right()
        costs.append(100 * (np.delete(right, i).mean() - np.delete(after, i).mean()))
    return {"n": len(chosen), "n_flipped": n_flipped, "mean_cost": float(np.mean(costs)), "max_cost": max(costs)}


def click_on_one_copy(classifier: Classifier, corpus: Scored, n: int, truth: bool, seed: int = 1) -> float:
    """Teach n texts one after the other; returns the cost on the others, in points of accuracy."""
    chosen = np.random.RandomState(seed).permutation(np.flatnonzero(corpus.right() | truth))[:n]
    pupil = classifier.copy()
    for i in chosen:
        pupil.learn(corpus.texts[i], int(corpus.y[i]) if truth else 1 - int(corpus.y[i]))
    columns = np.flatnonzero(pupil.coef_[0] != classifier.coef_[0])
    others = np.delete(np.arange(len(corpus.y)), chosen)
    after = corpus.rescored(classifier, pupil, columns).right()
    return float(100 * (corpus.right()[others].mean() - after[others].mean()))


def measure(model: Path, test: Path) -> dict[str, float]:
    """Return what corrections of the model's verdicts on a corpus do."""
    classifier = load_classifier(model)
    corpus = Scored.of(classifier, test)
    return {
        "accuracy": float(corpus.right().mean()),
        **contradict_each(classifier, corpus),
        "cost_of_1000_right_clicks": click_on_one_copy(classifier, corpus, 1000, truth=True),
        "cost_of_100_wrong_clicks": click_on_one_copy(classifier, corpus, 100, truth=False),
    }


@click.command(cls=Command)
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("test", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(model: Path, test: Path, as_json: bool) -> None:
    """Correct the verdicts of MODEL on TEST, and print what that does; costs are in points of accuracy."""
    start = time.perf_counter()
    found = measure(model, test) | {"seconds": round(time.perf_counter() - start, 1)}
    lines = [f"{name.replace('_', ' '):<26} {round(value, 4):,}" for name, value in found.items()]
    click.echo(json.dumps(found, indent=2) if as_json else "\n".join(lines))


if __name__ == "__main__":
    main()
