"""Candidates of a comparison after their training: they predict, and tell how large they are."""

import pickle
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from movieclassifier.corpora.minibatches import iter_minibatches
from movieclassifier.corpora.readers.contract import Document

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

# Documents of a minibatch.
SIZE = 1000


class Fitted(Protocol):
    """A fitted candidate."""

    def predict(self, documents: Iterable[Document]) -> tuple[NDArray[np.intp], NDArray[Any] | None]:
        """Return the predicted positions, and the probabilities of shape (n_samples, n_classes) if it has any."""

    def n_bytes(self) -> int:
        """Return the size of the file that it is saved as."""


@dataclass(frozen=True)
class FittedRecipe:
    """A recipe of this package, trained."""

    classifier: Any
    n_threads: int

    def predict(self, documents: Iterable[Document]) -> tuple[NDArray[np.intp], NDArray[Any] | None]:
        """Return positions and probabilities."""
        from movieclassifier.models.decisions import predicted_positions, probabilities
        from movieclassifier.models.scoring import score_documents

        _, values = score_documents(self.classifier, documents, self.n_threads)
        return predicted_positions(values), probabilities(values, self.classifier.temperature_)

    def n_bytes(self) -> int:
        """Return the size of the model's file."""
        from movieclassifier.models.writing import record_bytes

        return len(record_bytes(self.classifier))


@dataclass(frozen=True)
class FittedNetwork:
    """A network over the words of a text, trained; `network.classes_` are the positions that it knows."""

    network: Any
    n_classes: int

    def predict(self, documents: Iterable[Document]) -> tuple[NDArray[np.intp], NDArray[Any] | None]:
        """Return positions and probabilities; those of classes that it was not trained on are 0."""
        y_proba = np.concatenate([self._probabilities(texts) for texts, _ in iter_minibatches(documents, SIZE)])
        return y_proba.argmax(axis=1), y_proba

    def _probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        y_proba = np.zeros((len(texts), self.n_classes))
        y_proba[:, self.network.classes_] = self.network.predict_proba(texts)
        return y_proba

    def n_bytes(self) -> int:
        """Return the size of the network's file."""
        n_bytes: int = self.network.n_bytes()
        return n_bytes


@dataclass(frozen=True)
class FittedPipeline:
    """A pipeline of scikit-learn, trained."""

    pipeline: "Pipeline"
    n_classes: int

    def predict(self, documents: Iterable[Document]) -> tuple[NDArray[np.intp], NDArray[Any] | None]:
        """Return positions, and probabilities if the estimator has any."""
        parts = [self._predict(texts) for texts, _ in iter_minibatches(documents, SIZE)]
        y_pred = np.concatenate([y for y, _ in parts])
        return y_pred, np.concatenate([y_proba for _, y_proba in parts]) if parts[0][1] is not None else None

    def _predict(self, texts: Sequence[str]) -> tuple[NDArray[np.intp], NDArray[Any] | None]:
        vectorizer, estimator = self.pipeline[:-1], self.pipeline[-1]
        X = vectorizer.transform(texts)
        y_pred = estimator.predict(X).astype(np.intp)
        if not hasattr(estimator, "predict_proba"):
            return y_pred, None
        # It knows nothing of classes that it was not trained on.
        y_proba = np.zeros((len(texts), self.n_classes))
        y_proba[:, estimator.classes_] = estimator.predict_proba(X)
        return y_pred, y_proba

    def n_bytes(self) -> int:
        """Return the size of the pipeline's pickle."""
        return pickled_bytes(self.pipeline)


def pickled_bytes(thing: Any) -> int:
    """Return the size of a pickle, which is not made: arrays are counted where they are, the rest as it is written.

    Examples
    --------
    >>> pickled_bytes(np.zeros(10**6)) // 10**6
    8
    """
    counter = _Counter()
    pickle.dump(thing, counter, protocol=5, buffer_callback=counter.count_buffer)
    return counter.n_bytes


class _Counter:
    """A file that keeps nothing but its size."""

    n_bytes = 0

    def write(self, part: Any) -> int:
        n_written = memoryview(part).nbytes
        self.n_bytes += n_written
        return n_written

    def count_buffer(self, buffer: pickle.PickleBuffer) -> None:
        # What it returns, None, tells the pickler to leave the buffer out.
        self.n_bytes += buffer.raw().nbytes
