"""Rows from SciPy matrices, for tests that compare with scikit-learn, and rows at random."""

import numpy as np
from scipy.sparse import csr_matrix

from movieclassifier.features.rows import Rows

N_FEATURES = 64


def as_rows(X: csr_matrix) -> Rows:
    """Return the rows of a matrix, over the same arrays."""
    return Rows(X.data, X.indices, X.indptr, X.shape[1])


def random_minibatches(n_classes: int, n: int = 5, seed: int = 0):
    """Yield minibatches of 30 rows over 64 columns, and positions of classes."""
    rng = np.random.RandomState(seed)
    for _ in range(n):
        X = csr_matrix((rng.uniform(size=(30, N_FEATURES)) < 0.1).astype(np.float32))
        yield as_rows(X), rng.randint(0, n_classes, 30)
