"""Tune a recipe by successive halving: many settings on few documents, the better ones on more, a few on all.

Every result is a line in a journal, so that a search can be stopped at any moment and goes on where it was.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from movieclassifier.corpora.parts import Slice, split_into_folds
from movieclassifier.corpora.pieces import Excerpt
from movieclassifier.corpora.readers.contract import Label
from movieclassifier.evaluation.candidates import Outline, Streaming
from movieclassifier.evaluation.comparison import summarize
from movieclassifier.evaluation.search_plan import SearchPlan
from movieclassifier.evaluation.side_by_side import outcomes_of, run_side_by_side
from movieclassifier.evaluation.trials import Outcome, run_split
from movieclassifier.evaluation.tuning_journal import Journal, Score
from movieclassifier.recipes.linear import Recipe

if TYPE_CHECKING:
    from movieclassifier.training.engines.tasks import Engine


@dataclass(frozen=True)
class SearchResult:
    """The result of a search.

    Attributes
    ----------
    recipe : Recipe
        The best one.
    score, base_score : Score
        Of the best one, and of the base on the same documents.
    n_documents : int
        On how many they were measured.
    n_evaluations : int
        How many results there are.
    finished : bool
        Whether the search came to its end.
    ranking : list of (Recipe, Score)
        The recipes that were measured on as many documents, the best one first.
    """

    recipe: Recipe
    score: Score
    base_score: Score
    n_documents: int
    n_evaluations: int
    finished: bool
    ranking: list[tuple[Recipe, Score]]


def tune(
    search: SearchPlan,
    documents: Slice | Excerpt,
    classes: tuple[Label, ...],
    journal: Journal,
    *,
    seconds: float = float("inf"),
    n_threads: int = 1,
    tell: Callable[[str], None] = lambda text: None,
    engine: "Engine | None" = None,
) -> SearchResult:
    """Search for better settings of a recipe.

    Parameters
    ----------
    search : SearchPlan
    documents : Slice or Excerpt
        The training part: nothing else is looked at.
    classes : tuple of labels
    journal : Journal
        Results of an earlier run of the same search are taken from it, new ones written to it.
    seconds : float
        No candidate is begun after so much time.
    n_threads : int
        Vectorizing threads; the result does not depend on them.
    tell : function of str
        Called with a note after each evaluation.
    engine : Engine, optional
        Evaluates as many candidates side by side as it has workers.

    Returns
    -------
    SearchResult
    """
    deadline = time.monotonic() + seconds
    candidates = search.candidates()
    numbers = list(range(len(candidates)))
    best: tuple[int, list[int]] = (0, [])
    for n_kept, n_documents in search.rungs(len(candidates)):
        numbers = _with_base(numbers[:n_kept])
        for done, number in enumerate(numbers):
            if (number, n_documents) not in journal.scores:
                # At least one result, even if the budget is too small.
                if time.monotonic() > deadline and (best[1] or done):
                    best = best if best[1] else (n_documents, numbers[:done])
                    return _found(candidates, journal, best, finished=False)
                part = replace(documents, stop=documents.start + n_documents)
                new = [each for each in numbers[done:] if (each, n_documents) not in journal.scores]
                new = new[: 1 if engine is None else engine.n_workers]
                recipes = [candidates[each] for each in new]
                scores = score_recipes(recipes, part, classes, search=search, n_threads=n_threads, engine=engine)
                for each, score in zip(new, scores, strict=True):
                    journal.add(each, n_documents, score)
            tell(f"accuracy {journal.scores[number, n_documents].accuracy:.4f} on {n_documents:,} documents")
        numbers = sorted(numbers, key=lambda number: journal.scores[number, n_documents].rank())
        best = n_documents, numbers
    return _found(candidates, journal, best, finished=True)


def score_recipe(
    recipe: Recipe, documents: Slice | Excerpt, classes: tuple[Label, ...], search: SearchPlan, n_threads: int = 1
) -> Score:
    """Cross-validate one recipe."""
    return score_recipes([recipe], documents, classes, search, n_threads)[0]


def score_recipes(
    recipes: Sequence[Recipe],
    documents: Slice | Excerpt,
    classes: tuple[Label, ...],
    search: SearchPlan,
    n_threads: int = 1,
    engine: "Engine | None" = None,
) -> list[Score]:
    """Cross-validate some recipes, side by side where there is an engine."""
    try:
        splits = split_into_folds(documents, classes, search.n_folds, search.seed)
    except ValueError as error:
        raise ValueError(f"{error} With fewer --candidates, each of them gets more documents.") from error
    outlines = [
        Outline(
            classes=classes,
            label_counts=split.label_counts,
            n_train=split.n_train,
            seed=search.seed,
            n_threads=n_threads,
            allow_sorted=search.allow_sorted,
        )
        for split in splits
    ]
    candidates = [Streaming(recipe) for recipe in recipes]
    if engine is None:
        pairs = list(zip(splits, outlines, strict=True))
        return [_score([run_split(candidate, *pair) for pair in pairs], classes) for candidate in candidates]
    attempts = run_side_by_side(engine, candidates, splits, outlines)
    return [_score(outcomes_of(each), classes) for each in attempts]


def _score(outcomes: Sequence[Outcome], classes: Sequence[Label]) -> Score:
    figures = summarize(outcomes, len(classes))
    seconds = sum(outcome.train_seconds for outcome in outcomes)
    return Score(figures["accuracy"], figures["log_loss"], round(seconds, 2))


def n_evaluations(search: SearchPlan) -> int:
    """Return how many evaluations a search takes."""
    n_candidates = len(search.candidates())
    # The base is there even if it is not among the best.
    return sum(n_kept + (i > 0) for i, (n_kept, _) in enumerate(search.rungs(n_candidates)))


def _with_base(numbers: list[int]) -> list[int]:
    return numbers if 0 in numbers else [*numbers, 0]


def _found(candidates: list[Recipe], journal: Journal, best: tuple[int, list[int]], finished: bool) -> SearchResult:
    n_documents, numbers = best
    scores = {number: journal.scores[number, n_documents] for number in numbers}
    ranking = sorted(numbers, key=lambda number: scores[number].rank())
    return SearchResult(
        recipe=candidates[ranking[0]],
        score=scores[ranking[0]],
        base_score=scores.get(0, scores[ranking[0]]),
        n_documents=n_documents,
        n_evaluations=len(journal.scores),
        finished=finished,
        ranking=[(candidates[number], scores[number]) for number in ranking],
    )
