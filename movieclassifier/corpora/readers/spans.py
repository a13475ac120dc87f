"""Texts as UTF-8, many side by side, and batches of documents that hold them."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, starmap
from typing import overload

from movieclassifier.corpora.readers.contract import Document, Label
from movieclassifier.system.compiled import csv_rows_twin

# Texts, where each ends as the compiled twin says it, and the numbers of the first one and of the one behind the last.
Block = tuple[bytes, bytes, int, int]
# Texts and their labels, of the same length.
Batch = tuple[Sequence[str], list[Label]]


class Spans(Sequence[str]):
    """Texts as the compiled twin reads them; each becomes a str when it is asked for.

    Parameters
    ----------
    blocks : sequence of Block
    """

    def __init__(self, blocks: Sequence[Block]) -> None:
        self.blocks = blocks

    def __len__(self) -> int:
        return sum(last - first for _, _, first, last in self.blocks)

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(starmap(csv_rows_twin().decode, self.blocks))

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if not isinstance(index, slice) or index.step not in (None, 1):
            return list(self)[index]
        start, stop, _ = index.indices(len(self))
        found = []
        for texts, ends, first, last in self.blocks:
            begin, end = first + max(start, 0), min(first + stop, last)
            if begin < end:
                found.append((texts, ends, begin, end))
            start, stop = start - (last - first), stop - (last - first)
        return Spans(found)


def joined(parts: Sequence[Sequence[str]]) -> Sequence[str]:
    """Return texts one after the other, as spans if all of them are."""
    if len(parts) == 1:
        return parts[0]
    blocks = [block for part in parts if isinstance(part, Spans) for block in part.blocks]
    if blocks and all(isinstance(part, Spans) for part in parts):
        return Spans(blocks)
    return list(chain.from_iterable(parts))


def batches_of(documents: Iterable[Document]) -> Iterator[Batch]:
    """Yield a batch for each document."""
    return (([text], [label]) for text, label in documents)
