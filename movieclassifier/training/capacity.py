"""Whether there is room for a model, asked before the training and not after an hour of it."""

import numpy as np

from movieclassifier.models.record import MAX_DENSE_BYTES
from movieclassifier.recipes.linear import Recipe
from movieclassifier.system.memory import available_bytes


def training_bytes(recipe: Recipe, n_classes: int) -> int:
    """Return about how many bytes training takes for what it learns, all else aside.

    Examples
    --------
    >>> training_bytes(Recipe().with_settings(n_features=1000), 2)
    12000
    """
    counts = 4 * n_classes * recipe.ngrams.n_features if recipe.log_count_ratio else 0
    # Several passes average the weights; several rows are joined in the end.
    copies = 1 + (recipe.passes > 1) + (n_classes > 2)
    return counts + copies * _weight_bytes(recipe, n_classes)


def _weight_bytes(recipe: Recipe, n_classes: int) -> int:
    n_rows = 1 if n_classes == 2 else n_classes
    return n_rows * recipe.ngrams.n_features * np.dtype(recipe.ngrams.dtype).itemsize


def check_capacity(recipe: Recipe, n_classes: int) -> None:
    """Refuse a model that does not fit.

    Raises
    ------
    ValueError
        If its training takes more memory than there is, or its weights are more than a record may hold.
    """
    needed, available, weights = training_bytes(recipe, n_classes), available_bytes(), _weight_bytes(recipe, n_classes)
    if needed <= available and weights <= MAX_DENSE_BYTES:
        return
    if needed > available:
        bound = f"take about {needed / 1e9:,.1f} GB of memory to train, and {available / 1e9:,.1f} GB are available"
    else:
        bound = f"are {weights / 1e9:,.1f} GB of weights, and a model may have {MAX_DENSE_BYTES / 1e9:,.1f} GB"
    way_out = "lower --n-features"
    if n_classes > 2:
        way_out += ", or check --label-column if there should be fewer classes"
    raise ValueError(f"{n_classes:,} classes of {recipe.ngrams.n_features:,} columns {bound}; {way_out}.")
