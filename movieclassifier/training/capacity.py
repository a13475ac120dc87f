"""Check that there is room for a model, before the training and whenever it grows, not after an hour of it."""

import numpy as np

from movieclassifier.recipes.linear import Recipe
from movieclassifier.system.memory import available_bytes


def training_bytes(recipe: Recipe, n_classes: int, n_columns: int | None = None) -> int:
    """Return about how many bytes training takes for what it learns, all else aside.

    Parameters
    ----------
    recipe : Recipe
    n_classes : int
    n_columns : int, optional
        Columns in use; all of the recipe by default.

    Examples
    --------
    >>> training_bytes(Recipe().with_settings(n_features=1000), 2)
    12000
    """
    n_columns = recipe.ngrams.n_features if n_columns is None else n_columns
    counts = 4 * n_classes * n_columns if recipe.log_count_ratio else 0
    # Several passes average the weights; several rows are joined in the end.
    copies = 1 + (recipe.passes > 1) + (n_classes > 2)
    n_rows = 1 if n_classes == 2 else n_classes
    return counts + copies * n_rows * n_columns * np.dtype(recipe.ngrams.dtype).itemsize


def check_capacity(recipe: Recipe, n_classes: int) -> None:
    """Refuse a model of two classes that does not fit. The memory for more classes depends on the columns in use.

    Raises
    ------
    ValueError
        If its training takes more memory than there is.
    """
    if n_classes == 2:
        _check(recipe, n_classes, f"{n_classes} classes of {recipe.ngrams.n_features:,} columns", None)


def check_growth(recipe: Recipe, n_classes: int, n_used: int, n_columns: int) -> None:
    """Refuse a model of many classes that no longer fits.

    Parameters
    ----------
    recipe : Recipe
    n_classes : int
    n_used : int
        Columns in use.
    n_columns : int
        Columns that there is going to be room for.

    Raises
    ------
    ValueError
        If that takes more memory than there is.
    """
    _check(recipe, n_classes, f"{n_classes:,} classes and {n_used:,} columns in use", n_columns)


def _check(recipe: Recipe, n_classes: int, size: str, n_columns: int | None) -> None:
    needed, available = training_bytes(recipe, n_classes, n_columns), available_bytes()
    if needed > available:
        way_out = "lower n_features"
        if n_classes > 2:
            way_out += ", or check ReadingOptions(label_column=…) if there should be fewer classes"
        raise ValueError(
            f"{size} take about {needed / 1e9:,.1f} GB of memory to train, and {available / 1e9:,.1f} GB are "
            f"available; {way_out}."
        )
