"""Values that options of a recipe take: numbers as powers, ranges of n-grams, recipes."""

import re
from typing import Any

import click

from movieclassifier.recipes.linear import Recipe
from movieclassifier.recipes.names import RECIPES


class Count(click.ParamType):  # type: ignore[type-arg]  # generic only from click 8.3 on
    """A whole number, also as a power: ``4194304`` or ``2**22``."""

    name = "N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number."""
        found = re.fullmatch(r"([0-9]{1,20})(?:\*\*([0-9]{1,20}))?", str(value))
        if found is None:
            self.fail(f"{value!r} is not a whole number or a power such as 2**22.", param, ctx)
        result: int = int(found[1]) ** min(int(found[2] or 1), 64)
        return result


class NGramRange(click.ParamType):  # type: ignore[type-arg]  # generic only from click 8.3 on
    """``3`` for 1- to 3-grams, ``2-3`` for 2- to 3-grams."""

    name = "N|M-N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """Return the shortest and the longest n-gram."""
        shortest, _, longest = str(value).rpartition("-")
        try:
            return int(shortest or 1), int(longest)
        except ValueError:
            self.fail(f"{value!r} is not a range of n-grams; write 3 for 1 to 3, or 2-3 for 2 to 3.", param, ctx)


class RecipeName(click.ParamType):  # type: ignore[type-arg]  # generic only from click 8.3 on
    """The name of a recipe, or a TOML file with one."""

    name = "recipe"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str | Recipe:
        """Return the name, or the recipe in the file."""
        if isinstance(value, Recipe) or value in RECIPES:
            found: str | Recipe = value
            return found
        if not str(value).endswith(".toml"):
            self.fail(f"{value!r} is neither one of {', '.join(RECIPES)} nor the name of a .toml file.", param, ctx)
        from movieclassifier.recipes.toml import read_recipe

        try:
            return read_recipe(value)
        except (ValueError, OSError) as error:
            self.fail(str(error), param, ctx)
