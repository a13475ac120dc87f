"""Hashed texts on disk, read back in blocks: passes over a corpus that is larger than the memory."""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from movieclassifier.features.hashing import hash_texts
from movieclassifier.features.ngrams import NGrams
from movieclassifier.system.atomic import replace_file
from movieclassifier.system.npz import NPZ_ERRORS, read_array

BLOCK = 1000  # rows
WINDOW = 16  # blocks that are shuffled together


class RowBlock(NamedTuple):
    """Consecutive rows, or a mixture of them.

    Attributes
    ----------
    rows : ndarray of shape (n_rows,)
        Their numbers in the store.
    columns : ndarray of shape (nnz,), int32
    indptr : ndarray of shape (n_rows + 1,), int64
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int32]
    indptr: NDArray[np.int64]

    def keep(self, kept: NDArray[np.bool_], columns: NDArray[np.int32]) -> "RowBlock":
        """Return the rows with some of their places alone; `columns` holds the new columns of those."""
        ends = np.r_[0, np.cumsum(kept)]
        return RowBlock(self.rows, columns, ends[self.indptr])

    def take(self, positions: NDArray[np.integer]) -> "RowBlock":
        """Return some of the rows."""
        lengths = np.diff(self.indptr)[positions]
        indptr = np.r_[0, np.cumsum(lengths)]
        places = np.arange(indptr[-1]) + np.repeat(self.indptr[positions] - indptr[:-1], lengths)
        return RowBlock(self.rows[positions], self.columns[places], indptr)


@dataclass(frozen=True)
class RowStore:
    """The columns of many texts on disk.

    Attributes
    ----------
    path : Path
        Of the columns; a second file holds where each row begins.
    indptr : ndarray of shape (n_rows + 1,), int64
    """

    path: Path
    indptr: NDArray[np.int64]

    @property
    def n_rows(self) -> int:
        """Number of texts."""
        return len(self.indptr) - 1

    @property
    def n_blocks(self) -> int:
        """Number of blocks of a thousand rows, of which the last may be smaller."""
        return -(-self.n_rows // BLOCK)

    def values(self) -> NDArray[np.float32]:
        """Return the value that all columns of a row share under the norm "l2"."""
        return (1 / np.sqrt(np.maximum(np.diff(self.indptr), 1))).astype(np.float32)

    def read(self, number: int) -> RowBlock:
        """Return one block."""
        first, last = number * BLOCK, min((number + 1) * BLOCK, self.n_rows)
        start, stop = int(self.indptr[first]), int(self.indptr[last])
        columns = np.fromfile(self.path, np.int32, stop - start, offset=4 * start)
        return RowBlock(np.arange(first, last), columns, self.indptr[first : last + 1] - start)

    def blocks(self) -> Iterator[RowBlock]:
        """Yield all blocks in their order."""
        return map(self.read, range(self.n_blocks))

    def windows(self, seed: int, n_rows: int | None = None) -> Iterator[tuple[RowBlock, NDArray[np.int32]]]:
        """Yield all rows once, some blocks from anywhere at a time, and a random order for each such window.

        Parameters
        ----------
        seed : int
        n_rows : int, optional
            Only the first rows.
        """
        n_rows = self.n_rows if n_rows is None else n_rows
        rng = np.random.RandomState(seed % 2**32)
        numbers = rng.permutation(-(-n_rows // BLOCK))
        for start in range(0, len(numbers), WINDOW):
            window = join([self.read(int(number)) for number in numbers[start : start + WINDOW]])
            known = np.flatnonzero(window.rows < n_rows)
            yield window, rng.permutation(known).astype(np.int32)


def join(blocks: Sequence[RowBlock]) -> RowBlock:
    """Return the rows of several blocks as one."""
    lengths = np.concatenate([np.diff(block.indptr) for block in blocks])
    rows, columns = (np.concatenate([getattr(block, name) for block in blocks]) for name in ("rows", "columns"))
    return RowBlock(rows, columns, np.r_[0, np.cumsum(lengths)])


def hash_block(texts: Sequence[str], ngrams: NGrams) -> RowBlock:
    """Return texts as a block of its own."""
    rows = hash_texts(texts, ngrams)
    return RowBlock(np.arange(len(texts)), rows.columns, rows.indptr.astype(np.int64))


def write_rows(path: str | os.PathLike[str], minibatches: Iterable[Sequence[str]], ngrams: NGrams) -> RowStore:
    """Hash texts to a file; it is complete when its second file is there.

    Parameters
    ----------
    path : str or path-like
    minibatches : iterable of list of str
    ngrams : NGrams
        With ``binary`` and the norm "l2", so that a text needs no values besides its columns.

    Raises
    ------
    ValueError
        If the settings of hashing are different.
    OSError
        If there is no room.
    """
    if not ngrams.binary or ngrams.norm != "l2":
        raise ValueError("rows on disk need n-grams with binary = true and norm = 'l2'.")
    return write_blocks(path, (hash_block(texts, ngrams) for texts in minibatches))


def write_blocks(path: str | os.PathLike[str], blocks: Iterable[RowBlock]) -> RowStore:
    """Write rows to a file, one block behind the other; it is complete when its second file is there."""
    lengths = [np.zeros(1, np.int64)]
    with replace_file(path) as file:
        for block in blocks:
            file.write(block.columns.tobytes())
            lengths.append(np.diff(block.indptr))
    with replace_file(_indptr_path(path)) as file:
        np.save(file, np.cumsum(np.concatenate(lengths)))
    return open_rows(path)


def has_rows(path: str | os.PathLike[str]) -> bool:
    """Tell whether a file of rows is complete."""
    return _indptr_path(path).exists()


def open_rows(path: str | os.PathLike[str]) -> RowStore:
    """Return the rows that :func:`write_rows` left.

    Raises
    ------
    ValueError
        If the two files do not fit each other.
    """
    indptr_path = _indptr_path(path)
    try:
        with open(indptr_path, "rb") as file:
            indptr = read_array(file, "indptr", os.path.getsize(indptr_path))
        fits = indptr.dtype == np.int64 and indptr.ndim == 1 and len(indptr) > 0 and indptr[0] == 0
        if not fits or (np.diff(indptr) < 0).any() or 4 * indptr[-1] != os.path.getsize(path):
            raise ValueError("its rows do not fit the file of their columns")
    except NPZ_ERRORS as error:
        raise ValueError(f"{indptr_path} is damaged ({error}); start without resume=True.") from error
    return RowStore(Path(path), indptr)


def _indptr_path(path: str | os.PathLike[str]) -> Path:
    return Path(f"{path}.indptr.npy")
