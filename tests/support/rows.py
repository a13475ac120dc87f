"""Rows from SciPy matrices, for tests that compare with scikit-learn."""

from scipy.sparse import csr_matrix

from movieclassifier.features.rows import Rows


def as_rows(X: csr_matrix) -> Rows:
    """Return the rows of a matrix, over the same arrays."""
    return Rows(X.data, X.indices, X.indptr, X.shape[1])
