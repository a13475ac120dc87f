"""The naive-Bayes log-count ratio, kept as one array of document counts per class."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix


def default_min_df(n_documents: int) -> int:
    """Return the smallest document frequency that earns a column a ratio, for a corpus of this size.

    Examples
    --------
    >>> [default_min_df(n) for n in (1_000, 5_000, 50_000)]
    [1, 2, 4]
    """
    return 1 if n_documents < 2_000 else 2 if n_documents < 10_000 else 4


class LogCountRatio:
    """Log-count ratios of each class against the rest, from document counts.

    With P documents of the class and N others that have a column, the ratio of the column is
    ``log((P + 1) / (N + 1)) - log(sum(P + 1) / sum(N + 1))``, and 0 where ``P + N < min_df``.

    Parameters
    ----------
    n_classes : int
        Number of classes, at least 2.
    n_features : int
        Number of columns.
    min_df : int
        Columns seen in fewer documents have ratio 0.

    Attributes
    ----------
    counts_ : ndarray of shape (n_classes, n_features), int32
        Documents of each class that have the column.
    totals_ : ndarray of shape (n_classes,), int64
        Row sums of ``counts_``.

    References
    ----------
    Wang and Manning, *Baselines and Bigrams: Simple, Good Sentiment and Topic Classification*, ACL 2012.
    """

    def __init__(self, n_classes: int, n_features: int, min_df: int):
        self.min_df = min_df
        self.counts_ = np.zeros((n_classes, n_features), dtype=np.int32)
        self.totals_ = np.zeros(n_classes, dtype=np.int64)

    def partial_fit(self, X: csr_matrix, y: NDArray[np.integer]) -> None:
        """Count a minibatch.

        Parameters
        ----------
        X : csr_matrix of shape (n_samples, n_features)
            Rows without duplicate columns, as the vectorizer gives them.
        y : ndarray of shape (n_samples,)
            Positions of the classes.
        """
        y_of_value = np.repeat(y, np.diff(X.indptr))
        for position, counts in enumerate(self.counts_):
            columns = X.indices[y_of_value == position]
            # A plain 1 would take the slow path of add.at (56 ms against 3 ms for 300,000 columns).
            np.add.at(counts, columns, np.int32(1))
            self.totals_[position] += len(columns)

    def ratio(self, columns: NDArray[np.integer], position: int, dtype: str = "float32") -> NDArray[np.floating]:
        """Return the log-count ratio of one class against the rest at some columns.

        Parameters
        ----------
        columns : ndarray of shape (n,)
            Columns, repeats allowed.
        position : int
            Position of the class.
        dtype : str
            Type of the result.

        Returns
        -------
        ndarray of shape (n,)
        """
        n_features = self.counts_.shape[1]
        n_rest = sum(counts[columns] for other, counts in enumerate(self.counts_) if other != position)
        n_class = self.counts_[position][columns]
        total, total_rest = self.totals_[position], self.totals_.sum() - self.totals_[position]
        ratio = np.log((n_class + 1) / (n_rest + 1)) - np.log((total + n_features) / (total_rest + n_features))
        ratio[n_class + n_rest < self.min_df] = 0
        return ratio.astype(dtype)

    def document_frequency(self, columns: NDArray[np.integer]) -> NDArray[np.integer]:
        """Return in how many documents each column was seen."""
        return self.counts_[:, columns].sum(axis=0)
