"""The documents of a piece of a corpus."""

from itertools import chain


def documents_of(piece, labels):
    """Return the documents of a piece with their labels."""
    return list(chain.from_iterable(zip(*batch, strict=True) for batch in piece.batches(labels)))
