"""Shuffle a stream that does not fit in memory: sort it by random keys, out of core.

Record i gets the i-th 64-bit number of PCG64, seeded; the result is the records in the order of their keys. The keys
are independent and uniform. Therefore every order of the keys, and with it every permutation of the records, is
equally likely (but for records that get the same key, which keep their order: one pair in 2^64). A record's place
depends on the keys alone. Therefore the result does not depend on the memory.

The sort is a radix sort from the top: blocks of records are scattered to temporary buckets by the highest bits of
their keys, and each bucket is sorted in memory, or scattered again if it is still too large. Temporary files are opened
one at a time, however many buckets there are.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import chain, cycle, pairwise
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, BinaryIO

import numpy as np
from numpy.typing import NDArray

from movieclassifier.corpora.readers.compression import check_ending, compressed
from movieclassifier.corpora.readers.contract import check_file
from movieclassifier.corpora.readers.records import RecordFormat, iter_records
from movieclassifier.system.atomic import replace_file

BUCKET_BITS = 6
# All are open at the same time; a process may have 1,024 files open.
MAX_SHARDS = 512
# Peak memory over the size of a block, measured with reviews and with tweets.
OVERHEAD = 8
RECORD_OVERHEAD = 80


@dataclass(frozen=True)
class Block:
    """Records with their keys; `content` holds them one after the other."""

    keys: NDArray[np.uint64]
    lengths: NDArray[np.int64]
    content: bytes

    def pieces(self, order: NDArray[np.intp]) -> Iterator[memoryview]:
        """Yield records in this order."""
        content = memoryview(self.content)
        ends = np.cumsum(self.lengths)
        starts = (ends - self.lengths)[order].tolist()
        for start, end in zip(starts, ends[order].tolist(), strict=True):
            yield content[start:end]


def shuffle_rows(
    in_path: str | PathLike[str],
    out_path: str | PathLike[str],
    seed: int = 0,
    memory: int = 200_000_000,
    *,
    rows: RecordFormat | None = None,
    n_shards: int | None = None,
    progress: Callable[[int], object] = lambda n_bytes: None,
) -> int:
    r"""Shuffle the rows of a file into a new file, or into itself.

    Every row is kept byte for byte, line breaks inside quotes included, and the header stays first. Blank lines are
    left out; a last row without a line break gets one. Every permutation is equally likely. The same file and seed
    give the same bytes with any amount of memory. On any error the file at `out_path` stays as it was.

    Parameters
    ----------
    in_path, out_path : str or path-like
        The same path may be given twice. The output is compressed if its name ends in .gz, .bz2, .xz or .zst.
    seed : int, default=0
    memory : int, default=200_000_000
        About how many bytes may be used at a time. Larger files go through temporary files beside `out_path`,
        which need as much room as the file.
    rows : RecordFormat, optional
        How rows are told apart; by default by the file's name: a CSV with a header, or lines for ``.jsonl``.
    n_shards : int, optional
        Deal the rows out to this many files, each with the header. ``{}`` in `out_path` becomes the number of the file.
    progress : callable, optional
        Called with the length of each row when it is read, in bytes.

    Returns
    -------
    int
        Number of rows.

    Raises
    ------
    OSError
        If a file cannot be read or written.
    ValueError
        If `seed` or `memory` is out of range, or a row cannot be read, with its line number.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "movie_data.csv"
    >>> _ = path.write_text('review,sentiment\n"two\nlines",1\nb,0\nc,1\n')
    >>> shuffle_rows(path, path, seed=1)
    3
    >>> path.read_text()
    'review,sentiment\nc,1\n"two\nlines",1\nb,0\n'
    """
    in_path, out_path = Path(in_path), Path(out_path)
    check_rows(in_path)
    check_ending(out_path)
    out_paths = shard_paths(out_path, n_shards)
    for name, value, least in (("seed", seed, 0), ("memory", memory, 1)):
        if value < least:
            raise ValueError(f"{name} must be at least {least}, got {value}.")
    records = iter_records(in_path, rows or RecordFormat.of(in_path))
    # The temporary files are beside OUT, where there must be room anyway; /tmp may be small, or memory.
    folder = out_path.resolve().parent
    with ExitStack() as files:
        outs = [files.enter_context(_open_output(path)) for path in out_paths]
        header = next(records).encode("latin-1")
        for out in outs:
            out.write(header)
        n_rows = 0
        # Closing removes the temporary files at once if writing fails.
        with closing(iter_shuffled(_counted(records, progress), seed, memory, folder)) as shuffled:
            for row, out in zip(shuffled, cycle(outs), strict=False):
                out.write(row)
                n_rows += 1
    return n_rows


@contextmanager
def _open_output(path: Path) -> Iterator[IO[bytes]]:
    with replace_file(path) as file, compressed(file, path) as out:
        yield out


def shard_paths(path: Path, n_shards: int | None) -> list[Path]:
    """Return the paths of the files that rows are dealt out to; their names sort in the order of their numbers.

    Raises
    ------
    ValueError
        If the number is out of range, or there is no place for it in the name.

    Examples
    --------
    >>> [str(path) for path in shard_paths(Path("part-{}.csv"), 3)]
    ['part-0.csv', 'part-1.csv', 'part-2.csv']
    """
    if n_shards is None:
        if "{}" in path.name:
            raise ValueError(f"{path}: {{}} stands for the number of a file; pass n_shards to say how many there are.")
        return [path]
    if not 1 <= n_shards <= MAX_SHARDS:
        raise ValueError(f"the number of shards must be from 1 to {MAX_SHARDS}; got {n_shards}.")
    if "{}" not in path.name:
        raise ValueError(f"{path}: with several shards the name needs {{}} where their numbers go, as in OUT-{{}}.csv.")
    width = len(str(n_shards - 1))
    return [path.with_name(path.name.replace("{}", f"{number:0{width}}")) for number in range(n_shards)]


def check_rows(path: Path) -> None:
    """Refuse a path that holds no rows to shuffle."""
    if path.is_dir():
        raise IsADirectoryError(
            f"{path}: this is a folder, but shuffle takes a file of rows; train shuffles folders by itself."
        )
    check_file(path, "shuffle")


def iter_shuffled(records: Iterable[str], seed: int, memory: int, folder: Path) -> Generator[memoryview, None, None]:
    """Yield records in random order.

    Parameters
    ----------
    records : iterable of str
        Bytes as latin-1 text: U+00E9 is byte 0xE9.
    seed : int
    memory : int
        About how many bytes may be used.
    folder : Path
        Where temporary files go; they are gone at the end, also after an exception or when the iterator is closed.

    Yields
    ------
    memoryview
        The bytes of one record.
    """
    size = max(1, memory // OVERHEAD)
    for block in _sort(_iter_blocks(iter(records), seed, size), size, folder, 64 - BUCKET_BITS):
        # Stable, because records with equal keys keep their order.
        yield from block.pieces(np.argsort(block.keys, kind="stable"))


def _iter_blocks(records: Iterator[str], seed: int, size: int) -> Iterator[Block]:
    """Yield the records as they come, in blocks of about `size` bytes, each record with its key."""
    # numpy keeps the raw numbers of its bit generators the same in all versions; those of Generator may change.
    bits = np.random.PCG64(seed)
    while taken := _take(records, size):
        lengths = np.fromiter(map(len, taken), np.int64, len(taken))
        content = "".join(taken)
        del taken
        yield Block(bits.random_raw(len(lengths)), lengths, content.encode("latin-1"))


def _take(records: Iterator[str], size: int) -> list[str]:
    """Return as many records as make a block."""
    taken = []
    for record in records:
        taken.append(record)
        size -= len(record) + RECORD_OVERHEAD
        if size <= 0:
            break
    return taken


def _sort(blocks: Iterator[Block], size: int, folder: Path, shift: int) -> Iterator[Block]:
    """Yield all records in blocks in the order of their keys: as they are if they make one block, else by buckets."""
    first, second = next(blocks, None), next(blocks, None)
    if first is None:
        return
    if second is None:
        yield first
        return
    with TemporaryDirectory(prefix=".shuffle-", dir=folder) as temporary:
        buckets = [Path(temporary) / str(number) for number in range(2**BUCKET_BITS)]
        for block in chain([first, second], blocks):
            _scatter(block, buckets, shift)
        del first, second, block
        for bucket in filter(Path.exists, buckets):
            yield from _sort(_read_bucket(bucket, size), size, Path(temporary), shift - BUCKET_BITS)
            bucket.unlink()


def _scatter(block: Block, buckets: list[Path], shift: int) -> None:
    """Append each record to the bucket of its key: keys of a bucket have the same bits from `shift` on."""
    numbers = (block.keys >> np.uint64(shift)) & np.uint64(len(buckets) - 1)
    # Stable, because records with equal keys keep their order.
    order = np.argsort(numbers, kind="stable")
    bounds = np.searchsorted(numbers[order], np.arange(len(buckets) + 1)).tolist()
    for bucket, (start, end) in zip(buckets, pairwise(bounds), strict=True):
        if start == end:
            continue
        members = order[start:end]
        with open(bucket, "ab") as file:
            file.write(np.array([end - start, block.lengths[members].sum()]).tobytes())
            file.write(block.keys[members].tobytes())
            file.write(block.lengths[members].tobytes())
            file.writelines(block.pieces(members))


def _read_bucket(path: Path, size: int) -> Iterator[Block]:
    """Yield the contents of a bucket, in blocks of about `size` bytes."""
    with open(path, "rb") as file:
        while pieces := list(_read_pieces(file, size)):
            keys, lengths, contents = zip(*pieces, strict=True)
            del pieces
            yield Block(np.concatenate(keys), np.concatenate(lengths), b"".join(contents))


def _read_pieces(file: BinaryIO, size: int) -> Iterator[tuple[NDArray[np.uint64], NDArray[np.int64], bytes]]:
    while size > 0 and (head := file.read(16)):
        n, n_bytes = np.frombuffer(head, np.int64).tolist()
        keys, lengths = np.frombuffer(file.read(8 * n), np.uint64), np.frombuffer(file.read(8 * n), np.int64)
        yield keys, lengths, file.read(n_bytes)
        size -= n_bytes + RECORD_OVERHEAD * n


def _counted(records: Iterator[str], progress: Callable[[int], object]) -> Iterator[str]:
    for record in records:
        progress(len(record))
        yield record
