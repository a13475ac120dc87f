"""Documents that are in the training part and in the test part, too."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from movieclassifier.corpora.minibatches import iter_minibatches
from movieclassifier.corpora.readers.contract import Document, Label
from movieclassifier.reports.scored_documents import SIZE, digest

N_EXAMPLES = 5


@dataclass(frozen=True)
class Duplicates:
    """The documents that both parts share.

    Attributes
    ----------
    in_test : ndarray of bool, shape (n_samples,)
        Which test documents are also in the training part.
    n_in_train : int
        How many training documents are also in the test part.
    examples : list of (str, label, label)
        Some texts, with their labels in the training part and in the test part.
    """

    in_test: NDArray[np.bool_]
    n_in_train: int
    examples: list[tuple[str, Label, Label]]


def find_duplicates(documents: Iterable[Document], digests: NDArray[np.uint64], labels: list[Label]) -> Duplicates:
    """Look for the test documents in the training part; case and white space make no difference.

    Parameters
    ----------
    documents : iterable of Document
        The training part.
    digests : ndarray of shape (n_samples,), uint64
        Of the test documents, as :func:`movieclassifier.reports.scored_documents.digest` makes them.
    labels : list of n_samples labels
        Of the test documents.
    """
    order = np.argsort(digests, kind="stable")  # of equal texts, the first on every machine
    wanted = digests[order]
    shared: set[int] = set()
    examples: list[tuple[str, Label, Label]] = []
    n_in_train = 0
    for texts, train_labels in iter_minibatches(documents, SIZE):
        seen = np.array([digest(text) for text in texts], dtype=np.uint64)
        places = np.minimum(np.searchsorted(wanted, seen), len(wanted) - 1)
        for i in np.flatnonzero(wanted[places] == seen).tolist():
            n_in_train += 1
            if int(seen[i]) not in shared and len(examples) < N_EXAMPLES:
                examples.append((texts[i], train_labels[i], labels[int(order[places[i]])]))
            shared.add(int(seen[i]))
    return Duplicates(np.isin(digests, np.array(sorted(shared), dtype=np.uint64)), n_in_train, examples)
