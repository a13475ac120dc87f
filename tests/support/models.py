"""Small models made by hand, for tests of what is done with a model."""

import numpy as np

from movieclassifier.features.hashing import hash_texts
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.weights import Weights
from movieclassifier.recipes.linear import Recipe

SMALL = Recipe().with_settings(n_features=2**12)


def random_classifier(
    n_classes: int = 2, recipe: Recipe = SMALL, texts: tuple[str, ...] = (), seed: int = 0
) -> Classifier:
    """Return a classifier with random weights at 200 random columns and at every column of the texts."""
    rng = np.random.RandomState(seed)
    n_rows = 1 if n_classes == 2 else n_classes
    known = [hash_texts([text], recipe.ngrams).columns for text in texts]
    columns = np.unique(np.concatenate([rng.randint(0, recipe.ngrams.n_features, 200), *known])).astype(np.int32)
    coef = np.zeros((n_rows, recipe.ngrams.n_features), dtype=recipe.ngrams.dtype)
    coef[:, columns] = rng.normal(size=(n_rows, len(columns)))
    intercept = rng.normal(size=n_rows).astype(recipe.ngrams.dtype)
    n_ratios = len(columns) if recipe.log_count_ratio else 0
    ratio = rng.uniform(0.5, 2, size=(n_rows, n_ratios)).astype(recipe.ngrams.dtype)
    weights = Weights(coef, intercept, columns, ratio if recipe.log_count_ratio else None, t=11.0)
    return Classifier(recipe, np.arange(n_classes), weights, temperature=0.8)
