"""The recipes that have a name."""

from typing import Any

from movieclassifier.features.ngrams import NGrams
from movieclassifier.recipes.linear import Recipe

SEVERAL_PASSES_ALPHA = 5e-7

RECIPES: dict[str, Recipe] = {
    "book": Recipe(
        name="book",
        ngrams=NGrams(
            tokenizer="book",
            ngram_range=(1, 1),
            n_features=2**21,
            binary=False,
            alternate_sign=True,
            dtype="float64",
        ),
        log_count_ratio=False,
        alpha=1e-4,
        calibrate=False,
    ),
    "default": Recipe(),
    # Trained on the labels of a teacher, too, by `movieclassifier distill`.
    "student": Recipe(name="student", passes=6, calibrate=False),
}


def make_recipe(recipe: str | Recipe = "default", **overrides: Any) -> Recipe:
    """Return a recipe by name, with some settings replaced.

    Parameters
    ----------
    recipe : str or Recipe
        A name in :data:`RECIPES`, or a recipe.
    **overrides
        Settings to replace, those of the n-grams included; a setting that is None stays as it is. With several passes
        of a recipe for one pass over log-count ratios, alpha is 5e-7 unless it is given.

    Returns
    -------
    Recipe

    Raises
    ------
    ValueError
        If the name is unknown or a setting is out of range.

    Examples
    --------
    >>> make_recipe("default", n_features=2**20, min_df=None).ngrams.n_features
    1048576
    """
    if isinstance(recipe, str):
        if recipe not in RECIPES:
            raise ValueError(f"recipe must be one of {', '.join(RECIPES)}; got {recipe!r}.")
        recipe = RECIPES[recipe]
    if (
        (overrides.get("passes") or 1) > recipe.passes == 1
        and recipe.log_count_ratio
        and overrides.get("alpha") is None
    ):
        overrides["alpha"] = SEVERAL_PASSES_ALPHA
    return recipe.with_settings(**{name: value for name, value in overrides.items() if value is not None})
