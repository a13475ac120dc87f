"""Mix what the shards have learned in a pass: sums over shards in integers, and their means."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from movieclassifier.training.shards.messages import PassWeights, Steps
from movieclassifier.training.shards.numbering import SCALE

CHUNK = 2**17  # columns that are divided at a time, which takes no memory for all of them
N_THREADS = 4  # the workers wait meanwhile


class Mix:
    """Sums over shards, in integers: the order in which they are added does not matter.

    Parameters
    ----------
    sums : ndarray of shape (n_rows, n_live), int64
        Memory for the sums.

    Attributes
    ----------
    n_documents, n_correct : int
        Documents of the shards, and how many were predicted right before the step on their minibatch.
    """

    def __init__(self, sums: NDArray[np.int64]):
        self._sums, self._has_sums = sums, False
        self._intercepts = np.zeros(len(sums), np.int64)
        self.n_documents = self.n_correct = 0

    def add(self, steps: Steps) -> None:
        """Add the steps of some shards."""
        if not self._has_sums:
            self._sums.fill(0)
            self._has_sums = True
        for sums, row in zip(self._sums, steps.sums, strict=True):
            row.add_to(sums, steps.live_positions)
        self._intercepts += steps.intercepts
        self.n_documents += steps.n_documents
        self.n_correct += steps.n_correct

    def weights(self, frequency: NDArray[np.integer], coef: NDArray[np.floating]) -> PassWeights:
        """Return the mean of each column, weighted by document frequency, and the mean of the intercepts.

        Parameters
        ----------
        frequency : ndarray of shape (n_live,)
            Documents of all shards that have each column.
        coef : ndarray of shape (n_rows, n_live)
            Memory for the means.
        """

        def divide(start: int) -> None:
            part = slice(start, start + CHUNK)
            coef[:, part] = self._sums[:, part] / (SCALE * frequency[part])

        with ThreadPoolExecutor(N_THREADS, "mixing") as pool:
            list(pool.map(divide, range(0, len(frequency), CHUNK)))
        return PassWeights(coef, self._intercepts / (SCALE * self.n_documents))
