"""The aclImdb corpus: fetch the archive, verify it, unpack it, count it.

The corpus is that of A. L. Maas, R. E. Daly, P. T. Pham, D. Huang, A. Y. Ng and C. Potts, "Learning Word Vectors for
Sentiment Analysis", ACL 2011, https://aclanthology.org/P11-1015/.
"""

import errno
import hashlib
import os
import re
import shutil
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from six.moves.urllib.parse import urlsplit
from six.moves.urllib.request import url2pathname

from movieclassifier.corpora.aclimdb.download import fetch
from movieclassifier.corpora.aclimdb.partial_file import forget
from movieclassifier.corpora.aclimdb.unpacking import LABELED, MOST_BYTES, REVIEW_NAME, unpack
from movieclassifier.system.atomic import sync_folder
from movieclassifier.system.locking import lock_folder

OFFICIAL_URL = "http://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz"
OFFICIAL_BYTES = 84_125_825
OFFICIAL_SHA256 = "c40f74a18d3b61f90feba1e17730e0d38e8b97c05fde7008942e91923d1658fe"

ARCHIVE_NAME = "aclImdb_v1.tar.gz"
CORPUS_NAME = "aclImdb"
ORIGIN_NAME = ".sha256"  # in the corpus folder: the archive's sha256


def make_corpus(
    data_dir: Path,
    url: str = OFFICIAL_URL,
    *,
    sha256: str | None = None,
    n_reviews: Mapping[str, int] = LABELED,
    timeout: float = 20.0,
    n_retries: int = 3,
    show: bool | None = None,
) -> bool:
    """Make `data_dir`/aclImdb complete from the archive at `url`; do nothing where it is.

    Only missing folders are unpacked: beside, and renamed when they are whole. An archive that was downloaded is kept
    in `data_dir` once it has been unpacked; one that turns out wrong is removed.

    Parameters
    ----------
    data_dir : Path
        Where everything goes; made if missing.
    url : str
        An http, https or file address, or a path. The official archive is held to its size and sha256.
    sha256 : str, optional
        The sha256 that a different source must have.
    n_reviews : mapping of str to int
        The folders to have, such as "train/pos", and how many reviews each must hold.
    timeout, n_retries
        See :func:`movieclassifier.corpora.aclimdb.download.fetch`.
    show : bool, optional
        Whether to show progress; see :class:`movieclassifier.system.progress.Progress`.

    Returns
    -------
    bool
        Whether there was anything to do.

    Raises
    ------
    SourceUnreachable
        Where no archive could be had from `url`.
    ValueError
        If the archive is a different one, or the existing folder cannot be completed.
    OSError
        Where files cannot be read or written.
    """
    corpus_dir = data_dir / CORPUS_NAME
    expected = _expected_sha256(url, sha256)
    _check_origin(corpus_dir, sha256)
    missing = missing_folders(corpus_dir, n_reviews)
    if not missing:
        return False
    local = local_path(url)
    data_dir.mkdir(parents=True, exist_ok=True)
    kept = data_dir / ARCHIVE_NAME
    part = kept.with_name(kept.name + ".part")
    wanted = {name: n_reviews[name] for name in missing}
    unpack_from = partial(_unpack_verified, corpus_dir, wanted, sha256=expected, show=show)
    with lock_folder(data_dir, "a different download is at work here; wait for its end"):
        if local:
            unpack_from(local, "name a different archive with --url")
        elif kept.exists():
            unpack_from(kept, f"remove it to download it again, or name it with --url {kept} to use it as it is")
        else:
            n_bytes = OFFICIAL_BYTES if url == OFFICIAL_URL else None
            fetch(url, part, n_bytes=n_bytes, max_bytes=MOST_BYTES, timeout=timeout, n_retries=n_retries, show=show)
            _unpack_downloaded(part, unpack_from)
            os.replace(part, kept)
            forget(part)
    return True


def missing_folders(corpus_dir: Path, n_reviews: Mapping[str, int] = LABELED) -> list[str]:
    """List the folders that do not hold all their reviews.

    Parameters
    ----------
    corpus_dir : Path
        The folder that holds "train" and "test".
    n_reviews : mapping of str to int
        The folders to look at, and how many reviews each should hold.

    Raises
    ------
    ValueError
        If a folder holds more, or anything but reviews, and cannot be replaced without loss.
    """
    return [name for name, n in n_reviews.items() if _count_reviews(corpus_dir / name, n) < n]


def review_names(folder: Path) -> list[str]:
    """List the file names of the reviews in `folder`, sorted as strings."""
    return sorted(name for name in os.listdir(folder) if REVIEW_NAME.fullmatch(name))


def _count_reviews(folder: Path, n_expected: int) -> int:
    names = [name for name in os.listdir(folder) if not name.startswith(".")] if folder.exists() else []
    strangers = [name for name in names if not REVIEW_NAME.fullmatch(name)]
    if strangers or len(names) > n_expected:
        what = f"{strangers[0]!r}" if strangers else f"{len(names):,} reviews"
        raise ValueError(
            f"{folder}: expected {n_expected:,} reviews and nothing else, found {what}; move it away and run again"
        )
    return len(names)


def _expected_sha256(url: str, sha256: str | None) -> str | None:
    if sha256 is None:
        return OFFICIAL_SHA256 if url == OFFICIAL_URL else None
    if not re.fullmatch(r"[0-9a-fA-F]{64}", sha256):
        raise ValueError(f"a sha256 has 64 hexadecimal digits, got {sha256!r}")
    return sha256.lower()


def local_path(url: str) -> Path | None:
    """Return the path of a local file, given as a path or as a ``file:`` URL; None for a web address."""
    address = urlsplit(url)
    if address.scheme in ("http", "https") and address.netloc:
        return None
    # A single letter is a drive.
    if len(address.scheme) > 1 and not (address.scheme == "file" and address.netloc in ("", "localhost")):
        raise ValueError(f"expected an http, https or file address or a path, got {url!r}")
    path = Path(url2pathname(address.path)) if address.scheme == "file" else Path(url)
    if not path.is_file():
        raise FileNotFoundError(errno.ENOENT, "there is no such archive", str(path))
    return path


def _check_origin(corpus_dir: Path, sha256: str | None) -> None:
    """Hold a corpus that is there to the sha256 that was asked for, if any was."""
    if sha256 is None or not corpus_dir.exists():
        return
    found = _origin(corpus_dir)
    if found != sha256.lower():
        raise ValueError(
            f"{corpus_dir}: expected to find the archive with sha256 {sha256.lower()} unpacked here, found {found};"
            " move it away and run again"
        )


def _unpack_downloaded(part: Path, unpack_from: Callable[[Path, str], None]) -> None:
    try:
        unpack_from(part, "it was removed; run again to download it anew, or name a different source with --url")
    except ValueError:
        # To go on with a wrong archive would never give a right one. With a full disk it stays.
        forget(part)
        raise


def _unpack_verified(
    corpus_dir: Path, n_reviews: Mapping[str, int], archive: Path, advice: str, *, sha256: str | None, show: bool | None
) -> None:
    """Unpack an archive that is the right one; otherwise raise an error with advice."""
    try:
        with open(archive, "rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if sha256 not in (None, found):
            raise ValueError(f"{archive}: expected sha256 {sha256}, found {found}, in {archive.stat().st_size:,} bytes")
        _unpack_beside(archive, corpus_dir, n_reviews, found, show)
    except ValueError as error:
        raise ValueError(f"{error}; {advice}") from error


def _unpack_beside(
    archive: Path, corpus_dir: Path, n_reviews: Mapping[str, int], origin: str, show: bool | None
) -> None:
    """Unpack into a temporary folder and rename it when it is complete; the temporary folder is always removed."""
    beside = corpus_dir.with_name(f".{corpus_dir.name}.part")
    fresh = beside / "fresh"
    shutil.rmtree(beside, ignore_errors=True)
    try:
        fresh.mkdir(parents=True)
        unpack(archive, fresh, n_reviews, show=show)
        (fresh / ORIGIN_NAME).write_text(origin + "\n")
        # All 50,000 files at once, before their folder gets the name that says that they are there.
        getattr(os, "sync", lambda: None)()  # Windows has none
        if corpus_dir.exists():
            _move_into(fresh, corpus_dir, n_reviews, beside / "old")
        else:
            os.rename(fresh, corpus_dir)
        sync_folder(corpus_dir.parent)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _move_into(fresh: Path, corpus_dir: Path, n_reviews: Mapping[str, int], old: Path) -> None:
    """Give `corpus_dir` the folders in `n_reviews` and the files that it lacks, one rename each."""
    if _origin(corpus_dir) != _origin(fresh):
        (fresh / ORIGIN_NAME).write_text("several archives\n")
        os.replace(fresh / ORIGIN_NAME, corpus_dir / ORIGIN_NAME)
    for name in n_reviews:
        (corpus_dir / name).mkdir(parents=True, exist_ok=True)
        (old / name).parent.mkdir(parents=True, exist_ok=True)
        os.rename(corpus_dir / name, old / name)
        os.rename(fresh / name, corpus_dir / name)
    for path in filter(Path.is_file, fresh.rglob("*")):
        place = corpus_dir / path.relative_to(fresh)
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists():
            os.rename(path, place)


def _origin(corpus_dir: Path) -> str:
    path = corpus_dir / ORIGIN_NAME
    return path.read_text().strip() if path.exists() else "unknown"
