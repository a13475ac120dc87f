"""The stream of minibatches that an estimator learns from, and its state in a pickle."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.features.hashing import hash_texts
from movieclassifier.recipes.linear import Recipe
from movieclassifier.training.learners.trainer import Trainer

CHUNK = 1000


class Stream:
    """The state of an estimator that learns minibatches as they come; its pickle leaves out the zeros.

    Parameters
    ----------
    recipe : Recipe
    n_classes : int
    seed : int
    """

    def __init__(self, recipe: Recipe, n_classes: int, seed: int):
        self.recipe, self.n_classes, self.seed = recipe, n_classes, seed
        self.trainer = Trainer(recipe, n_classes, recipe.min_df or 1, seed)

    def learn(self, texts: Sequence[str], positions: NDArray[np.integer]) -> None:
        """Count a minibatch, and take a step on it."""
        if len(texts):
            self.trainer.partial_fit(hash_texts(texts, self.recipe.ngrams), positions)

    def decide(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return decision values of shape (n_samples, n_rows)."""
        chunks = [texts[start : start + CHUNK] for start in range(0, max(len(texts), 1), CHUNK)]
        rows = (hash_texts(chunk, self.recipe.ngrams) for chunk in chunks)
        return np.concatenate([self.trainer.decision_function(each) for each in rows]).astype(np.float64)

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "trainer": self.trainer.state()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        arrays = state.pop("trainer")
        self.__init__(**state)  # type: ignore[misc]
        self.trainer.load_state(arrays)
