"""Small models made by hand, for tests of what is done with a model."""

import numpy as np

from movieclassifier.features.hashing import hash_texts
from movieclassifier.models.classifier import Classifier
from movieclassifier.recipes.linear import Recipe

SMALL = Recipe().with_settings(n_features=2**12)


def random_classifier(
    n_classes: int = 2, recipe: Recipe = SMALL, texts: tuple[str, ...] = (), seed: int = 0
) -> Classifier:
    """Return a classifier with random weights at 200 random columns and at every column of the texts."""
    rng = np.random.RandomState(seed)
    n_rows = 1 if n_classes == 2 else n_classes
    known = [hash_texts([text], recipe.ngrams)[1] for text in texts]
    columns = np.unique(np.concatenate([rng.randint(0, recipe.ngrams.n_features, 200), *known])).astype(np.int32)
    coef = np.zeros((n_rows, recipe.ngrams.n_features), dtype=recipe.ngrams.dtype)
    coef[:, columns] = rng.normal(size=(n_rows, len(columns)))
    n_ratios = len(columns) if recipe.log_count_ratio else 0
    return Classifier(
        recipe,
        np.arange(n_classes),
        coef,
        rng.normal(size=n_rows).astype(recipe.ngrams.dtype),
        columns,
        rng.uniform(0.5, 2, size=(n_rows, n_ratios)).astype(recipe.ngrams.dtype),
        temperature=0.8,
        t=11.0,
    )
