"""A file of vectorized minibatches, so that later passes visit them in any order without hashing again."""

import mmap
import os
import zlib
from array import array
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from movieclassifier.features.rows import EvenRows, Rows
from movieclassifier.system.atomic import name_full_disk

HEADER = 32  # bytes: rows, columns and values of a minibatch, and its checksum
DAMAGED = "is damaged, or of a different recipe; start again without resume=True."
SHORT = "is shorter than its checkpoint says; start again without resume=True."


class MinibatchCache:
    """Minibatches on disk: appended in the first pass, read at any position in later passes.

    Vowpal Wabbit has such a file for its passes, too. Every minibatch carries a checksum. A binary row holds one value
    throughout, and only its columns are written: about twice the bytes of the text. Memory holds one offset per
    minibatch.

    Parameters
    ----------
    path : str or path-like
        The file; it is removed when the block ends well.
    n_features : int
    dtype : str
    binary : bool
        Whether all values of a row are equal.
    n_kept : int
        How many minibatches of an existing file to keep; what follows them is cut off.
    nameless : bool
        Whether the file loses its name at once, so that nothing is left of it however the process ends.
    mapped : bool
        Whether the minibatches to keep are mapped into memory in place of being copied. Nothing is appended then, and
        readers have to check that the columns are in range.

    Raises
    ------
    ValueError
        If the file does not hold the minibatches to keep.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        n_features: int,
        dtype: str,
        binary: bool,
        n_kept: int = 0,
        *,
        nameless: bool = False,
        mapped: bool = False,
    ):
        self.path, self.n_features, self.dtype, self.binary = Path(path), n_features, np.dtype(dtype), binary
        if n_kept and not self.path.exists():
            raise ValueError(f"{self.path} is gone, which the checkpoint needs; start again without resume=True.")
        self._file = open(self.path, "r+b" if n_kept else "w+b")  # noqa: SIM115 (closed in __exit__)
        if nameless:
            self.path.unlink()
        self._offsets = array("q", [0])
        self._map: memoryview | None = None
        try:
            for _ in range(n_kept):
                self._skip()
            # On ext4 a file that was truncated is written to the disk as soon as it is closed.
            if self._size() != self._offsets[-1]:
                self._file.truncate(self._offsets[-1])
            if mapped and n_kept:
                self._map = memoryview(mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ))
        except (ValueError, OSError):
            self._file.close()
            raise

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
        if kind is None:
            self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close the file and keep it."""
        with name_full_disk(self.path):
            self._file.close()

    def append(self, rows: Rows, y: NDArray[np.integer]) -> None:
        """Append a minibatch."""
        self._file.seek(self._offsets[-1])
        if not self.binary:
            values = rows.data
        elif isinstance(rows, EvenRows):
            values = rows.values[rows.lengths > 0]
        else:
            values = rows.data[rows.indptr[:-1][rows.lengths > 0]]
        content = [array.tobytes() for array in (y.astype(np.int32), rows.indptr, rows.columns, values)]
        header = [len(y), len(rows.columns), len(values)]
        with name_full_disk(self.path):
            self._file.write(np.array([*header, self._checksum(header, *content)], dtype=np.int64).tobytes())
            for part in content:
                self._file.write(part)
        self._offsets.append(self._file.tell())

    def _checksum(self, header: Sequence[int], *content: bytes | memoryview) -> int:
        """Return the CRC-32 of a minibatch and of the settings that its numbers depend on."""
        checksum = zlib.crc32(f"{self.n_features} {self.dtype} {self.binary} {list(header)}".encode())
        for part in content:
            checksum = zlib.crc32(part, checksum)
        return checksum

    def read(self, position: int) -> tuple[Rows, NDArray[np.int32]]:
        """Return the minibatch at a position; its arrays may be read-only."""
        content = self._content(self._offsets[position], self._offsets[position + 1])
        *header, checksum = np.frombuffer(content, np.int64, 4).tolist()
        n_samples, nnz, n_values = header
        if self._size_of(*header) != len(content) or self._checksum(header, content[HEADER:]) != checksum:
            raise ValueError(f"{self.path} {DAMAGED}")
        numbers = np.frombuffer(content, np.int32, 2 * n_samples + 1 + nnz, HEADER)
        y, indptr, columns = np.split(numbers, [n_samples, 2 * n_samples + 1])
        # Where a file is mapped, the values may lie between two places for a float64.
        values = np.require(np.frombuffer(content, self.dtype, n_values, HEADER + numbers.nbytes), requirements="A")
        lengths = np.diff(indptr)
        if not self._fit(y, lengths, columns, values) or indptr[0] != 0:
            raise ValueError(f"{self.path} {DAMAGED}")
        if not self.binary:
            return Rows(values, columns, indptr, self.n_features), y
        per_row = np.zeros(n_samples, self.dtype)
        per_row[lengths > 0] = values
        return EvenRows(per_row, columns, indptr, self.n_features), y

    def _fit(
        self, y: NDArray[np.int32], lengths: NDArray[np.int32], columns: NDArray[np.int32], values: NDArray[Any]
    ) -> bool:
        """Tell whether the arrays of a minibatch fit together: compiled loops would follow them anywhere."""
        n_values = np.count_nonzero(lengths) if self.binary else len(columns)
        fits = y.min(initial=0) >= 0 and lengths.min(initial=0) >= 0 and lengths.sum(dtype=np.int64) == len(columns)
        fits &= len(values) == n_values and bool(np.isfinite(values).all())
        # Readers of a mapped file check the columns: to fetch them from memory twice more takes a fifteenth of a pass.
        checked = self._map is not None
        return bool(fits and (checked or (columns.min(initial=0) >= 0 and columns.max(initial=0) < self.n_features)))

    def flush(self) -> None:
        """Put the minibatches on the disk."""
        with name_full_disk(self.path):
            self._file.flush()
            os.fsync(self._file.fileno())

    def _content(self, start: int, stop: int) -> memoryview:
        """Return bytes of the file."""
        if self._map is not None:
            return self._map[start:stop]
        self._file.seek(start)
        found = self._file.read(stop - start) if stop <= self._size() else b""
        if len(found) != stop - start:
            raise ValueError(f"{self.path} {SHORT}")
        return memoryview(found)

    def _size(self) -> int:
        return os.fstat(self._file.fileno()).st_size

    def _size_of(self, n_samples: int, nnz: int, n_values: int) -> int:
        return HEADER + 4 * (2 * n_samples + 1 + nnz) + self.dtype.itemsize * n_values

    def _skip(self) -> None:
        start = self._offsets[-1]
        header = np.frombuffer(self._content(start, start + HEADER), np.int64)[:3].tolist()
        if min(header) < 0:
            raise ValueError(f"{self.path} {DAMAGED}")
        if start + self._size_of(*header) > self._size():
            raise ValueError(f"{self.path} {SHORT}")
        self._offsets.append(start + self._size_of(*header))
