"""The plan of a search: its candidates, and how many of them are tried on how many documents."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from movieclassifier.evaluation.search_space import draw_recipes
from movieclassifier.recipes.linear import Recipe
from movieclassifier.recipes.toml import check_setting

KEPT = 3


SMALLEST = 200


@dataclass(frozen=True)
class SearchPlan:
    """The settings that decide the course of a search.

    Attributes
    ----------
    base : Recipe
        The first candidate, which stays to the end.
    space : mapping of str to list
        Values to try for each setting, as TOML holds them.
    n_candidates : int
        How many recipes, the base included.
    n_train : int
        Documents of the training part.
    n_folds : int
    seed : int
        Of the candidates and the folds.
    allow_sorted : bool
        Whether a stream sorted by label is trained on all the same.
    """

    base: Recipe
    space: Mapping[str, Sequence[Any]]
    n_candidates: int
    n_train: int
    n_folds: int = 3
    seed: int = 1
    allow_sorted: bool = False

    def __post_init__(self) -> None:
        if self.n_candidates < 2:
            raise ValueError(
                f"there must be at least 2 candidates, the recipe itself included; got {self.n_candidates}."
            )
        for name, values in self.space.items():
            for value in values:
                check_setting(name, value)

    def candidates(self) -> list[Recipe]:
        """Return the base, and recipes drawn from the space without repeats."""
        drawn = (recipe for recipe in draw_recipes(self.base, self.space, self.seed) if recipe != self.base)
        return [self.base, *islice(drawn, self.n_candidates - 1)]

    def rungs(self, n_candidates: int) -> list[tuple[int, int]]:
        """Return how many candidates are tried on how many documents: a third of them on three times as many.

        Examples
        --------
        >>> SearchPlan(Recipe(), {"passes": [1, 3]}, 27, 45_000).rungs(27)
        [(27, 5000), (9, 15000), (3, 45000)]
        """
        rungs = [(min(KEPT, n_candidates), self.n_train)]
        while rungs[0][0] < n_candidates:
            n_more, n_fewer = min(rungs[0][0] * KEPT, n_candidates), max(rungs[0][1] // KEPT, SMALLEST)
            rungs.insert(0, (n_more, min(n_fewer, self.n_train)))
        return rungs

    def to_dict(self) -> dict[str, Any]:
        """Return the search as JSON holds it."""
        return asdict(self) | {
            "base": _as_json(self.base),
            "space": {name: list(self.space[name]) for name in self.space},
        }


def _as_json(recipe: Recipe) -> dict[str, Any]:
    settings = recipe.to_dict()
    return settings | {name: list(settings[name]) for name in ("ngram_range", "stop_words")}
