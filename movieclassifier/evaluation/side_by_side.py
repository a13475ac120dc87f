"""Train and test many candidates at the same time, on an engine."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from movieclassifier.corpora.parts import Split
from movieclassifier.evaluation.candidates import Candidate, Outline
from movieclassifier.evaluation.trials import Outcome, run_split, warm_up

if TYPE_CHECKING:
    from movieclassifier.training.engines.tasks import Engine

Attempt = Outcome | ValueError | MemoryError | ChildProcessError


def run_side_by_side(
    engine: "Engine",
    candidates: Sequence[Candidate],
    splits: Sequence[Split],
    outlines: Sequence[Outline],
    tell: Callable[[int], None] = lambda number: None,
) -> list[list[Attempt]]:
    """Train and test every candidate on every split; each pair is a task of its own.

    Parameters
    ----------
    engine : Engine
    candidates : sequence of Candidate
    splits, outlines : sequence of Split and of Outline
    tell : function of int
        Called with the position of a candidate when it has been tested on all splits.

    Returns
    -------
    list of list
        For each candidate the outcome of each split, or the reason why it is missing.

    Raises
    ------
    OSError
        If a worker cannot read the documents.
    """
    from movieclassifier.training.engines.tasks import Task

    n_splits = len(splits)
    pairs = list(zip(splits, outlines, strict=True))
    tasks = [Task(attempt, (candidate, *pair)) for candidate in candidates for pair in pairs]
    found: dict[int, Attempt] = {}
    n_left = [n_splits] * len(candidates)
    for number, result in engine.run(tasks, forgiving=True):
        found[number] = result
        n_left[number // n_splits] -= 1
        if not n_left[number // n_splits]:
            tell(number // n_splits)
    return [[found[number * n_splits + place] for place in range(n_splits)] for number in range(len(candidates))]


def attempt(candidate: Candidate, split: Split, outline: Outline) -> Attempt:
    """Train and test a candidate on a split, or return why it cannot be."""
    from threadpoolctl import threadpool_limits

    try:
        warm_up(candidate)
        with threadpool_limits(limits=1, user_api="blas"):
            return run_split(candidate, split, outline)
    except ValueError as error:
        return error
    except MemoryError as error:  # a library's own kind of it may not be pickled
        return MemoryError(str(error))


def outcomes_of(attempts: Sequence[Attempt]) -> list[Outcome]:
    """Return the outcomes of a candidate.

    Raises
    ------
    ValueError, MemoryError, ChildProcessError
        If a split has no outcome.
    """
    for each in attempts:
        if isinstance(each, Exception):
            raise each
    return [each for each in attempts if isinstance(each, Outcome)]
