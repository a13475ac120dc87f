"""Mix what the shards have learned in a pass: sums over shards in integers, and their means."""

import numpy as np
from numpy.typing import NDArray

from movieclassifier.training.shards.messages import PassWeights, Steps
from movieclassifier.training.shards.numbering import SCALE

CHUNK = 2**18  # columns that are divided at a time, which takes no memory for all of them


class Mix:
    """Sums over shards, in integers: the order in which they are added does not matter.

    Parameters
    ----------
    n_rows, n_live : int
        Shape of the weights.

    Attributes
    ----------
    n_documents, n_correct : int
        Documents of the shards, and how many were predicted right before the step on their minibatch.
    """

    def __init__(self, n_rows: int, n_live: int):
        self._sums = np.zeros((n_rows, n_live), np.int64)
        self._intercepts = np.zeros(n_rows, np.int64)
        self.n_documents = self.n_correct = 0

    def add(self, steps: Steps) -> None:
        """Add the steps of some shards."""
        for sums, row in zip(self._sums, steps.sums, strict=True):
            row.add_to(sums, steps.places)
        self._intercepts += steps.intercepts
        self.n_documents += steps.n_documents
        self.n_correct += steps.n_correct

    def weights(self, frequency: NDArray[np.integer], dtype: str) -> PassWeights:
        """Return the mean of each column, weighted by document frequency, and the mean of the intercepts.

        Parameters
        ----------
        frequency : ndarray of shape (n_live,)
            Documents of all shards that have each column.
        dtype : str
        """
        coef = np.empty(self._sums.shape, dtype)
        for start in range(0, len(frequency), CHUNK):
            part = slice(start, start + CHUNK)
            coef[:, part] = self._sums[:, part] / (SCALE * frequency[part])
        return PassWeights(coef, self._intercepts / (SCALE * self.n_documents))
