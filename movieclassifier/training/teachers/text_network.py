"""A network over the words of texts, as a classifier of scikit-learn is: a row of ``movieclassifier compare``."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from movieclassifier.training.row_store import RowBlock
from movieclassifier.training.teachers.networks import (
    NetworkSettings,
    Vocabulary,
    build,
    check_keras,
    count_words,
    predict,
    train,
    weights_of,
)
from movieclassifier.training.teachers.word_vectors import fit_word_vectors


class TextNetwork:
    """A network as scikit-learn's classifiers are: texts and positions of classes in, probabilities out.

    Parameters
    ----------
    settings : NetworkSettings
    seed : int

    Attributes
    ----------
    network_ : keras.Model
    vocabulary_ : Vocabulary
    classes_ : ndarray of shape (n_classes,)
    """

    def __init__(self, settings: NetworkSettings, seed: int = 1):
        self.settings, self.seed = settings, seed

    def fit(self, texts: Sequence[str], y: Sequence[int]) -> "TextNetwork":
        """Train on texts.

        Raises
        ------
        ValueError
            If Keras or a backend is missing.
        """
        check_keras()
        self.classes_, places = np.unique(np.asarray(y), return_inverse=True)
        words, counts = count_words(texts, self.settings)
        self.vocabulary_ = Vocabulary(words, self.settings)
        block = self.vocabulary_.known(texts)

        def windows(number: int) -> Iterator[tuple[RowBlock, NDArray[np.int32]]]:
            yield block, np.random.RandomState((self.seed + number) % 2**32).permutation(len(texts)).astype(np.int32)

        vectors = fit_word_vectors(counts, windows, self.settings.word_vectors, self.seed)
        self.network_ = build(vectors, len(self.classes_), self.settings, self.seed)
        numbers, targets = self.vocabulary_.numbers(texts), np.eye(len(self.classes_), dtype=np.float32)[places]

        def batches(number: int) -> Iterator[tuple[NDArray[np.int32], NDArray[np.float32]]]:
            order = np.random.RandomState((self.seed + number) % 2**32).permutation(len(numbers))
            yield numbers[order], targets[order]

        train(self.network_, batches, len(numbers), self.settings)
        return self

    def predict_proba(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return the probability of each class, of shape (n_texts, n_classes)."""
        return predict(self.network_, self.vocabulary_.numbers(texts))

    def n_bytes(self) -> int:
        """Return the size of the weights and words."""
        return sum(array.nbytes for array in weights_of(self.network_)) + sum(map(len, self.vocabulary_.words))
