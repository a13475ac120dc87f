"""Write the reviews of the aclImdb folders as one shuffled CSV, byte for byte as the book does."""

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from movieclassifier.corpora.aclimdb.corpus import missing_folders, review_names
from movieclassifier.corpora.aclimdb.unpacking import LABELED
from movieclassifier.system.atomic import replace_file
from movieclassifier.system.progress import Progress

HEADER = b"review,sentiment\n"

# In the book's order, which its shuffled order depends on.
TEST_HALF = {"test/pos": 1, "test/neg": 0}
TRAIN_HALF = {"train/pos": 1, "train/neg": 0}
BOTH_HALVES = TEST_HALF | TRAIN_HALF

# Of the official reviews of BOTH_HALVES with the seed 0.
BOOK_SHA256 = "e689e6e36e5cff2af3cfc61fac3e9023be6653f38a6643e7ed2e2cf8d33fd6ef"


@dataclass(frozen=True)
class WrittenCsv:
    """A file that was written: rows without the header, bytes, and the sha256 of them all."""

    n_rows: int
    n_bytes: int
    sha256: str


def write_csv(
    corpus_dir: Path,
    csv_path: Path,
    sentiments: Mapping[str, int] = BOTH_HALVES,
    *,
    seed: int = 0,
    n_reviews: Mapping[str, int] = LABELED,
    show: bool | None = None,
) -> WrittenCsv:
    """Write the columns `review` and `sentiment`, the rows in an order drawn with `seed`.

    Only the file names are held in memory. The order is that of ``numpy.random.seed(seed)`` and
    ``numpy.random.permutation``, over the folders in the order of `sentiments` and the names sorted as strings;
    the quoting is that of pandas' ``to_csv(index=False)``.

    Parameters
    ----------
    corpus_dir : Path
        The folder that holds "train" and "test".
    csv_path : Path
        The file to write, or to replace as a whole.
    sentiments : mapping of str to int
        The folders to take, such as "train/pos", and the sentiment of their reviews.
    seed : int, default=0
        From 0 to 2**32 - 1; 0 is the book's.
    n_reviews : mapping of str to int
        How many reviews each folder must hold.
    show : bool, optional
        Whether to show progress; see :class:`movieclassifier.system.progress.Progress`.

    Returns
    -------
    WrittenCsv

    Raises
    ------
    ValueError
        Where a folder does not hold its reviews, or a review is not UTF-8.
    OSError
        Where a file cannot be read or written.

    References
    ----------
    S. Raschka and V. Mirjalili, "Python Machine Learning", chapter 8.
    """
    missing = missing_folders(corpus_dir, {name: n_reviews[name] for name in sentiments})
    if missing:
        raise ValueError(f"{corpus_dir}: the reviews of {', '.join(missing)} are not all there; run download_data.py")
    digest = hashlib.sha256(HEADER)
    names = [(name, folder) for folder in sentiments for name in review_names(corpus_dir / folder)]
    with (
        replace_file(csv_path) as file,
        Progress(len(names), f"Writing {csv_path}", unit="reviews", show=show) as progress,
    ):
        file.write(HEADER)
        for row in _iter_rows(corpus_dir, sentiments, names, seed):
            digest.update(row)
            file.write(row)
            progress.update()
        n_bytes = file.tell()
    return WrittenCsv(len(names), n_bytes, digest.hexdigest())


def _iter_rows(
    corpus_dir: Path, sentiments: Mapping[str, int], names: list[tuple[str, str]], seed: int
) -> Iterator[bytes]:
    import numpy as np  # here, so that --help is quick

    # A generator of its own: the caller's global one stays where it is.
    for i in np.random.RandomState(seed).permutation(len(names)):
        name, folder = names[i]
        path = os.path.join(corpus_dir, folder, name)
        with open(path, "rb") as file:
            review = file.read()
        try:
            review.decode()
        except UnicodeDecodeError as error:
            raise ValueError(f"{path}: expected UTF-8, found {error.object[error.start : error.end]!r}") from error
        yield b"%s,%d\n" % (quoted(review), sentiments[folder])


def quoted(field: bytes) -> bytes:
    """Quote a CSV field where it must be quoted, as ``csv.QUOTE_MINIMAL`` says.

    The `csv` module is not used because some of its versions leave a bare carriage return unquoted.

    Examples
    --------
    >>> quoted(b'a "good" film')
    b'"a ""good"" film"'
    >>> quoted(b"good")
    b'good'
    """
    if any(mark in field for mark in (b'"', b",", b"\n", b"\r")):
        return b'"%s"' % field.replace(b'"', b'""')
    return field
