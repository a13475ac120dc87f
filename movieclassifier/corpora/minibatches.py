"""Cut a stream: a training part and a holdout, and minibatches. Nothing is lost and nothing changes its place."""

from collections.abc import Iterable, Iterator
from itertools import chain, repeat, takewhile
from operator import itemgetter

from movieclassifier.corpora.readers.contract import Document
from movieclassifier.corpora.readers.spans import Batch
from movieclassifier.corpora.stream import Part, Stream, as_stream

HOLDOUT_SHARE = 10


def split_holdout(documents: Iterable[Document], n_train: int, n_holdout: int) -> tuple[Stream, Stream]:
    """Split one stream into two consecutive parts, to be read in this order.

    Parameters
    ----------
    documents : iterable of (text, label)
        Read once; documents after the holdout are not read.
    n_train, n_holdout : int
        Number of documents in each part.

    Returns
    -------
    train, holdout : Stream
        Iterators of (text, label).

    Raises
    ------
    ValueError
        If a number is negative; on reading, if the stream ends too early or the holdout is read before the training
        part has been read to its end.

    Examples
    --------
    >>> train, holdout = split_holdout([("great", 1), ("awful", 0), ("fine", 1)], n_train=2, n_holdout=1)
    >>> list(train), list(holdout)
    ([('great', 1), ('awful', 0)], [('fine', 1)])
    """
    for name, n in (("n_train", n_train), ("n_holdout", n_holdout)):
        if n < 0:
            raise ValueError(f"{name} must be at least 0, got {n}.")
    stream, n_taken = as_stream(documents), [0]
    train = Part(stream, range(n_train), n_taken, "training part", "n_train")
    holdout = Part(stream, range(n_train, n_train + n_holdout), n_taken, "holdout", "n_holdout")
    return train, holdout


def holdout_sizes(n_documents: int, n_train: int | None = None, n_holdout: int | None = None) -> tuple[int, int]:
    """Return the sizes of training part and holdout where one or both are not given.

    By default the holdout is the last tenth of the stream. With `n_train` alone it is as long, or what is
    left after the training part if that is less; with `n_holdout` alone the training part is the rest.

    Parameters
    ----------
    n_documents : int
        Length of the stream.
    n_train, n_holdout : int, optional

    Returns
    -------
    n_train, n_holdout : int

    Raises
    ------
    ValueError
        If the stream is too short.

    Examples
    --------
    >>> holdout_sizes(50_000)
    (45000, 5000)
    >>> holdout_sizes(50_000, n_train=49_000)
    (49000, 1000)
    """
    asked = [f"{name} {n}" for name, n in (("n_train", n_train), ("n_holdout", n_holdout)) if n is not None]
    if n_train is not None and n_train < 1:
        raise ValueError(f"n_train must be at least 1, got {n_train}.")
    if n_holdout is not None and n_holdout < 0:
        raise ValueError(f"n_holdout must be at least 0, got {n_holdout}.")
    if n_holdout is None:
        n_holdout = max(1, n_documents // HOLDOUT_SHARE)
        if n_train is not None:
            n_holdout = max(0, min(n_holdout, n_documents - n_train))
    if n_train is None:
        n_train = max(1, n_documents - n_holdout)
    if n_train + n_holdout > n_documents:
        needs = " and ".join(asked) or "a training part and a holdout"
        advice = {0: "Pass a corpus of 2 or more", 1: "Lower it"}.get(len(asked), "Lower one of them")
        holds = "1 document" if n_documents == 1 else f"{n_documents} documents"
        raise ValueError(f"the stream holds {holds}, too few for {needs}. {advice}.")
    return n_train, n_holdout


def iter_minibatches(documents: Iterable[Document], size: int = 1000, n: int | None = None) -> Iterator[Batch]:
    """Yield consecutive minibatches; the last one may be smaller.

    Parameters
    ----------
    documents : iterable of (text, label)
    size : int, default=1000
    n : int, optional
        How many documents to read at most; by default all.

    Returns
    -------
    iterator of (texts, labels)
        Two sequences of the same length.

    Raises
    ------
    ValueError
        If `size` is below 1.

    Examples
    --------
    >>> list(iter_minibatches([("great", 1), ("awful", 0), ("fine", 1)], size=2))
    [(['great', 'awful'], [1, 0]), (['fine'], [1])]
    """
    if size < 1:
        raise ValueError(f"the size of a minibatch must be at least 1, got {size}.")
    sizes = repeat(size) if n is None else chain(repeat(size, n // size), [n % size])
    # A generator would keep the documents of a minibatch until the next one is there.
    return takewhile(itemgetter(1), map(as_stream(documents).take, sizes))
