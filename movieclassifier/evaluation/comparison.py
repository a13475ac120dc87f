"""Train several candidates on the same documents, test them on the same holdouts, and say which differences count."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.corpora.parts import Split
from movieclassifier.corpora.readers.contract import Label
from movieclassifier.evaluation.candidates import Candidate, Outline
from movieclassifier.evaluation.side_by_side import outcomes_of, run_side_by_side
from movieclassifier.evaluation.trials import Outcome, run
from movieclassifier.system.own_process import Killed, call_apart
from movieclassifier.system.printable import one_line

if TYPE_CHECKING:
    from movieclassifier.training.engines.tasks import Engine

SIGNIFICANCE = 0.05


@dataclass(frozen=True)
class Row:
    """One candidate in the table; log loss in nats per document, sizes in MB (10**6 bytes).

    Attributes
    ----------
    best : bool
        Whether it has the highest accuracy.
    p_value : float or None
        Of McNemar's test against the best one.
    error : str
        Why there are no figures.
    """

    recipe: str
    kind: str
    description: str
    note: str = ""
    error: str = ""
    accuracy: float | None = None
    standard_error: float | None = None
    log_loss: float | None = None
    macro_f1: float | None = None
    train_seconds: float | None = None
    peak_megabytes: float | None = None
    model_megabytes: float | None = None
    best: bool = False
    p_value: float | None = None

    @property
    def like_the_best(self) -> bool:
        """Whether its difference to the best one is not significant."""
        return self.p_value is not None and self.p_value >= SIGNIFICANCE

    def to_dict(self) -> dict[str, Any]:
        """Return the row as JSON holds it."""
        return asdict(self) | {"like_the_best": self.like_the_best}


def compare(
    candidates: Mapping[str, Candidate],
    splits: Sequence[Split],
    classes: tuple[Label, ...],
    *,
    seed: int = 1,
    n_threads: int = 1,
    allow_sorted: bool = False,
    tell: Callable[[str], None] = lambda name: None,
    engine: "Engine | None" = None,
) -> list[Row]:
    """Train and test candidates, each in a process of its own, one after the other; or all side by side on an engine.

    Parameters
    ----------
    candidates : mapping of str to Candidate
    splits : sequence of Split
        One, or those of cross-validation, whose test parts are scored together.
    classes : tuple of labels
        Ascending.
    seed, n_threads, allow_sorted
        As for :class:`movieclassifier.evaluation.candidates.Outline`.
    tell : function of str
        Called with the name of a candidate when it is done.
    engine : Engine, optional
        Its workers compute several tasks, one after the other, and nobody knows the peak memory of each.

    Returns
    -------
    list of Row
        The highest accuracy first.

    Raises
    ------
    OSError, ValueError
        If a corpus cannot be read, or the first of the candidates cannot be trained on it. The row of a later one says
        why it could not be trained, and the row of any that there was not enough memory.
    """
    if not candidates:
        raise ValueError("there is nothing to compare; name a recipe.")
    outline = partial(Outline, classes, seed=seed, n_threads=n_threads, allow_sorted=allow_sorted)
    outlines = [outline(split.label_counts, split.n_train) for split in splits]
    rows: list[Row] = []
    right: dict[str, NDArray[np.bool_]] = {}
    run_one: Callable[[str, Candidate], list[Outcome]] = partial(
        _run_apart, splits=splits, outlines=outlines, tell=tell
    )
    if engine is not None:
        run_one = _run_all(engine, candidates, splits, outlines, tell)
    for name, candidate in candidates.items():
        row = Row(name, candidate.kind, candidate.description, candidate.note())
        try:
            outcomes = run_one(name, candidate)
        except (Killed, ChildProcessError, MemoryError, ValueError) as error:
            # If some candidates could be trained, the corpus is in order, and their results must not be lost.
            if isinstance(error, ValueError) and not right:
                raise
            rows.append(replace(row, error=_reason(error)))
        else:
            right[name] = np.concatenate([outcome.y == outcome.y_pred for outcome in outcomes])
            figures = summarize(outcomes, len(classes))
            rows.append(replace(row, **figures | ({} if engine is None else {"peak_megabytes": None})))
    return rank(rows, right)


def _reason(error: BaseException) -> str:
    """Return why a candidate has no figures."""
    if isinstance(error, MemoryError):
        return f"there was not enough memory: {error}".rstrip(": ")
    return one_line(error) if isinstance(error, ValueError) else str(error)


def _run_apart(
    name: str,
    candidate: Candidate,
    splits: Sequence[Split],
    outlines: Sequence[Outline],
    tell: Callable[[str], None],
) -> list[Outcome]:
    """Run a candidate in a process of its own."""
    try:
        outcomes: list[Outcome] = call_apart(run, candidate, splits, outlines)[0]
        return outcomes
    finally:
        tell(name)


def _run_all(
    engine: "Engine",
    candidates: Mapping[str, Candidate],
    splits: Sequence[Split],
    outlines: Sequence[Outline],
    tell: Callable[[str], None],
) -> Callable[[str, Candidate], list[Outcome]]:
    """Run all candidates, and return what tells the outcomes of each."""
    names = list(candidates)
    every = list(candidates.values())
    attempts = run_side_by_side(engine, every, splits, outlines, lambda number: tell(names[number]))
    found = dict(zip(names, attempts, strict=True))
    return lambda name, candidate: outcomes_of(found[name])


def summarize(outcomes: Sequence[Outcome], n_classes: int) -> dict[str, Any]:
    """Return the figures of one candidate; several test parts are scored as one.

    Parameters
    ----------
    outcomes : sequence of Outcome
        One per split.
    n_classes : int

    Returns
    -------
    dict
        ``accuracy``, its binomial ``standard_error``, ``log_loss``, ``macro_f1``; the mean ``train_seconds`` and
        ``model_megabytes``, and the largest ``peak_megabytes``.
    """
    from sklearn.metrics import f1_score, log_loss

    y, y_pred = (np.concatenate([getattr(outcome, name) for outcome in outcomes]) for name in ("y", "y_pred"))
    accuracy = float((y == y_pred).mean())
    positions = np.arange(n_classes)
    probabilities = [outcome.y_proba for outcome in outcomes if outcome.y_proba is not None]
    return {
        "accuracy": accuracy,
        "standard_error": float(np.sqrt(accuracy * (1 - accuracy) / len(y))),
        "log_loss": float(log_loss(y, np.concatenate(probabilities), labels=positions)) if probabilities else None,
        "macro_f1": float(f1_score(y, y_pred, labels=positions, average="macro", zero_division=0.0)),
        "train_seconds": float(np.mean([outcome.train_seconds for outcome in outcomes])),
        "model_megabytes": float(np.mean([outcome.model_bytes for outcome in outcomes])) / 1e6,
        "peak_megabytes": max(outcome.peak_megabytes for outcome in outcomes),
    }


def rank(rows: Sequence[Row], right: Mapping[str, NDArray[np.bool_]]) -> list[Row]:
    """Return rows by accuracy, the best one marked and the rest tested against it.

    Parameters
    ----------
    rows : sequence of Row
    right : mapping of str to ndarray of shape (n_samples,)
        Which documents each recipe got right.
    """
    ranked = sorted(rows, key=lambda row: -1.0 if row.accuracy is None else row.accuracy, reverse=True)
    result = []
    for row in ranked:
        best = row is ranked[0] and row.accuracy is not None
        tested = not best and row.recipe in right
        p_value = mcnemar(right[ranked[0].recipe], right[row.recipe]) if tested else None
        result.append(replace(row, best=best, p_value=p_value))
    return result


def mcnemar(right: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    """Return the p-value of McNemar's exact test that two classifiers are equally often right.

    Only documents that one gets right and the other wrong tell them apart; were the two equally good, each of these
    would be as likely to favour the one as the other.

    Parameters
    ----------
    right, other : ndarray of bool, shape (n_samples,)
        Which documents each classifier gets right.

    Returns
    -------
    float
        Two-sided.

    References
    ----------
    McNemar, *Note on the sampling error of the difference between correlated proportions*, Psychometrika 1947.
    Dietterich, *Approximate statistical tests for comparing supervised classification learning algorithms*, 1998.

    Examples
    --------
    Ten documents that only one of two gets right, nine times the first: 2 * (1 + 10) / 2**10.

    >>> right = np.array([True] * 9 + [False] + [True] * 90)
    >>> other = np.array([False] * 9 + [True] + [True] * 90)
    >>> round(mcnemar(right, other), 4)
    0.0215
    """
    from scipy.stats import binomtest

    first, second = int(np.sum(right & ~other)), int(np.sum(~right & other))
    return float(binomtest(first, first + second).pvalue) if first + second else 1.0
