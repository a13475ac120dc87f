"""Streams: documents that are taken one at a time, or many at a time without a str for each."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from itertools import islice

from movieclassifier.corpora.readers.contract import Document, Label
from movieclassifier.corpora.readers.spans import Batch, Spans, joined


class Stream(Iterator[Document]):
    """Documents that can also be taken many at a time."""

    @abstractmethod
    def take(self, n: int) -> Batch:
        """Return the next `n` documents, or as many as are left."""


class DocumentStream(Stream):
    """A stream of documents that are read one at a time."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._documents = iter(documents)

    def take(self, n: int) -> Batch:
        """Do as :meth:`Stream.take`."""
        batch = list(islice(self._documents, n))
        return [text for text, _ in batch], [label for _, label in batch]

    def __next__(self) -> Document:
        return next(self._documents)


def as_stream(documents: Iterable[Document]) -> Stream:
    """Return documents as a stream, or the stream that they are."""
    return documents if isinstance(documents, Stream) else DocumentStream(documents)


class BatchStream(Stream):
    """A stream of documents that are read in batches."""

    def __init__(self, batches: Iterator[Batch]) -> None:
        self._batches = batches
        self._batch: Batch = [], []
        self._place = 0  # in the batch

    def take(self, n: int) -> Batch:
        """Do as :meth:`Stream.take`."""
        parts, labels = [], list[Label]()
        while len(labels) < n and self._find_next():
            some = slice(self._place, self._place + n - len(labels))
            parts.append(self._batch[0][some])
            labels += self._batch[1][some]
            self._place = min(some.stop, len(self._batch[1]))
        return joined(parts), labels

    def __next__(self) -> Document:
        if not self._find_next():
            raise StopIteration
        texts, labels = self._batch
        if isinstance(texts, Spans):
            self._batch = texts, labels = list(texts), labels
        self._place += 1
        return texts[self._place - 1], labels[self._place - 1]

    def _find_next(self) -> bool:
        """Go on to the batch of the next document. Returns whether there is one."""
        while self._place == len(self._batch[1]):
            batch = next(self._batches, None)
            if batch is None:
                return False
            self._batch, self._place = batch, 0
        return True


class Part(Stream):
    """Consecutive documents of a stream, of which nothing behind them is read.

    Parameters
    ----------
    stream : Stream
    positions : range
        Of the documents in the stream.
    n_taken : list of int
        How many documents of the stream were taken: one number, which its parts share.
    name, option : str
        For messages: what the part is, and which option says how long it is.

    Raises
    ------
    ValueError
        On reading, if the stream ends too early or a part before this one has not been read to its end.
    """

    def __init__(self, stream: Stream, positions: range, n_taken: list[int], name: str, option: str) -> None:
        self._stream, self._positions, self._n_taken = stream, positions, n_taken
        self._name, self._option = name, option
        self._n_left = len(positions)

    def take(self, n: int) -> Batch:
        """Do as :meth:`Stream.take`."""
        self._check_place()
        n = min(n, self._n_left)
        texts, labels = self._stream.take(n)
        if n and not labels:
            raise self._too_short()
        self._count(len(labels))
        return texts, labels

    def __next__(self) -> Document:
        if not self._n_left:
            raise StopIteration
        self._check_place()
        document = next(self._stream, None)
        if document is None:
            raise self._too_short()
        self._count(1)
        return document

    def _check_place(self) -> None:
        place = self._positions.stop - self._n_left
        if self._n_left and self._n_taken[0] != place:
            raise ValueError(
                f"the {self._name} starts at document {place}, but document {self._n_taken[0]} is next in the stream."
            )

    def _count(self, n: int) -> None:
        self._n_left -= n
        self._n_taken[0] += n

    def _too_short(self) -> ValueError:
        return ValueError(
            f"the stream ended after {self._n_taken[0]} documents, before the {self._name} of {len(self._positions)} "
            f"was full; lower {self._option}."
        )
