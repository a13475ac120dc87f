"""The space of a search: values to try for each setting, and recipes drawn from it in random order."""

import math
import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from movieclassifier.recipes.linear import Recipe
from movieclassifier.recipes.toml import check_setting, recipe_from_settings

# Settings that matter for most corpora, as TOML holds them.
SPACE: dict[str, list[Any]] = {
    "ngram_range": [[1, 1], [1, 2], [1, 3]],
    "n_features": [2**20, 2**22],
    "min_df": [1, 2, 4],
    "alpha": [1e-7, 5e-7, 1e-6, 5e-6, 2e-5, 1e-4],
    "passes": [1, 3],
}


def draw_recipes(base: Recipe, space: Mapping[str, Sequence[Any]], seed: int) -> Iterator[Recipe]:
    """Yield the recipes of a space in random order, without repeats; combinations that make no recipe are left out.

    Parameters
    ----------
    base : Recipe
        What the settings change.
    space : mapping of str to list
        Values to try for each setting, as TOML holds them.
    seed : int

    Raises
    ------
    ValueError
        If no combination makes a recipe.
    """
    seen: set[Recipe] = set()
    refusal = None
    for number in _shuffled(math.prod(map(len, space.values())), random.Random(seed)):
        try:
            recipe = _changed(base, _combination(space, number))
        except ValueError as error:
            refusal = error
            continue
        if recipe not in seen:
            seen.add(recipe)
            yield recipe
    if refusal is not None and not seen:
        raise refusal


def _shuffled(n: int, rng: random.Random) -> Iterator[int]:
    """Yield the numbers below `n` in random order, in time and memory that grow with those that are taken.

    References
    ----------
    Fisher and Yates, *Statistical tables*, 1938; only what was swapped is kept.
    """
    swapped: dict[int, int] = {}
    for i in range(n):
        j = rng.randrange(i, n)
        yield swapped.get(j, j)
        swapped[j] = swapped.pop(i, i)


def _combination(space: Mapping[str, Sequence[Any]], number: int) -> dict[str, Any]:
    """Return one combination of values by its number."""
    chosen = {}
    for name, values in space.items():
        number, position = divmod(number, len(values))
        chosen[name] = values[position]
    return chosen


def read_space(path: str | PathLike[str]) -> dict[str, list[Any]]:
    r"""Read the values to try from a TOML file: a list for each setting.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it is not valid TOML, or something in it is not a list of values of a setting.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "space.toml"
    >>> _ = path.write_text("passes = [1, 3]\nngram_range = [[1, 2], [1, 3]]\n")
    >>> read_space(path)
    {'passes': [1, 3], 'ngram_range': [[1, 2], [1, 3]]}
    """
    try:
        space = tomllib.loads(Path(path).read_text("utf-8"))
        for name, values in space.items():
            if not isinstance(values, list) or not values:
                raise ValueError(f"{name} must be a list of the values to try; got {values!r}.")
            for value in values:
                check_setting(name, value)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    return space


def _changed(base: Recipe, settings: dict[str, Any]) -> Recipe:
    """Return a recipe with some settings replaced by what TOML holds."""
    changed = recipe_from_settings({"alpha": base.alpha} | settings)
    return base.with_settings(**{name: changed.to_dict()[name] for name in settings})
