"""Unpack the aclImdb archive, which is taken for hostile until every member has been looked at."""

import gzip
import re
import shutil
import tarfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from movieclassifier.corpora.readers.tars import iter_members
from movieclassifier.system.atomic import name_full_disk
from movieclassifier.system.progress import Progress

LABELED = {"test/pos": 12_500, "test/neg": 12_500, "train/pos": 12_500, "train/neg": 12_500}
UNSUP = {"train/unsup": 50_000}
MOST_REVIEWS = LABELED | UNSUP  # folder -> how many reviews the corpus has there
REVIEW_NAME = re.compile(r"[0-9]+_[0-9]+\.txt")
FOLDERS = frozenset({".", "test", "train", *MOST_REVIEWS})
OTHER_FILES = frozenset(
    [
        *("README", "imdb.vocab", "imdbEr.txt"),
        *("test/labeledBow.feat", "test/urls_neg.txt", "test/urls_pos.txt"),
        *("train/labeledBow.feat", "train/urls_neg.txt", "train/urls_pos.txt"),
    ]
)
UNSUP_FILES = frozenset({"train/unsupBow.feat", "train/urls_unsup.txt"})

# The corpus has 100,024 members and 222 MB; its longest review has 14,282 bytes, its longest file 41 MB.
MOST_MEMBERS = 101_000
MOST_BYTES = 400_000_000
MOST_BYTES_OF_REVIEW = 200_000
MOST_BYTES_OF_FILE = 64_000_000

KINDS = {
    tarfile.SYMTYPE: "a symbolic link",
    tarfile.LNKTYPE: "a hard link",
    tarfile.CHRTYPE: "a character device",
    tarfile.BLKTYPE: "a block device",
    tarfile.FIFOTYPE: "a named pipe",
}
PLAIN = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.DIRTYPE)


class NotTheCorpus(ValueError):
    """An undamaged archive whose files differ from those of the corpus."""


def unpack(archive: Path, folder: Path, n_reviews: Mapping[str, int] = LABELED, *, show: bool | None = None) -> None:
    """Write the reviews in `archive` to `folder`, and the small files that come with them.

    The archive is read once, as a stream. Only plain files with the names of the corpus are written, under their
    names, with the permissions of new files; anything else in a tar archive is refused.

    Parameters
    ----------
    archive : Path
        A gzipped tar archive in the layout of aclImdb_v1.tar.gz.
    folder : Path
        A new, empty folder. The contents of `aclImdb/` in the archive go here.
    n_reviews : mapping of str to int
        The folders to unpack, such as "train/pos", and how many reviews each must have.
    show : bool, optional
        Whether to show progress; see :class:`movieclassifier.system.progress.Progress`.

    Raises
    ------
    ValueError
        Where the archive is damaged, not an archive, or not the corpus, or a member is refused, by name. Files
        that were written before stay in `folder`.
    OSError
        Where a file cannot be written.
    """
    files = OTHER_FILES | UNSUP_FILES if "train/unsup" in n_reviews else OTHER_FILES
    for name in ["test", "train", *n_reviews]:
        (folder / name).mkdir(parents=True, exist_ok=True)
    counts: Counter[str] = Counter()
    with (
        _faults_of(archive),
        name_full_disk(folder),
        Progress(sum(n_reviews.values()), f"Unpacking {archive.name}", unit="reviews", show=show) as progress,
    ):
        for name, file in _iter_files(archive):
            parent = name.rpartition("/")[0]
            if parent in MOST_REVIEWS:
                counts[parent] += 1
                _refuse_if(name, counts[parent] > {**MOST_REVIEWS, **n_reviews}[parent], f"{parent} was already full")
            if parent in n_reviews or name in files:
                _write(folder / name, name, file)
                progress.update(parent in n_reviews)
        for name, n_expected in n_reviews.items():
            if counts[name] != n_expected:
                raise NotTheCorpus(f"expected {n_expected:,} reviews in {name}, found {counts[name]:,}")


def _iter_files(archive: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield the plain files, by their names inside aclImdb/; refuse the first member that is not part of the corpus."""
    n_members = n_bytes = 0
    with gzip.open(archive) as unzipped:
        # tarfile would take the end of a cut or damaged gzip stream for the end of the archive; GzipFile does not.
        for tar, member in iter_members(unzipped):
            n_members += 1
            name = _checked_name(member)
            n_bytes += member.size
            _refuse_if(name, n_members > MOST_MEMBERS, f"the corpus has no more than {MOST_MEMBERS:,} members")
            _refuse_if(name, n_bytes > MOST_BYTES, f"the corpus has no more than {MOST_BYTES:,} bytes")
            if file := tar.extractfile(member):
                yield name, file


def _checked_name(member: tarfile.TarInfo) -> str:
    """Return the name inside aclImdb/ of a member that the corpus can have ("." for the folder itself)."""
    parts = [part for part in member.name.split("/") if part not in ("", ".")]
    _refuse_if(member.name, member.name.startswith("/"), "an absolute path")
    _refuse_if(member.name, ".." in parts, "a path out of the folder")
    _refuse_if(member.name, member.type in KINDS, KINDS.get(member.type, ""))
    _refuse_if(member.name, member.type not in PLAIN or member.issparse(), "neither a plain file nor a folder")
    name = "/".join(parts[1:]) or "."
    parent, _, last = name.rpartition("/")
    is_review = parent in MOST_REVIEWS and REVIEW_NAME.fullmatch(last) is not None
    known = name in FOLDERS if member.isdir() else is_review or name in OTHER_FILES | UNSUP_FILES
    _refuse_if(member.name, parts[:1] not in ([], ["aclImdb"]) or not known, "no part of the corpus")
    most = MOST_BYTES_OF_REVIEW if is_review else MOST_BYTES_OF_FILE
    _refuse_if(member.name, not 0 <= member.size <= most, f"{member.size:,} bytes, where {most:,} are the most")
    return name


def _refuse_if(name: str, refused: bool, reason: str) -> None:
    if refused:
        # repr, because a hostile name can move the cursor of a terminal.
        raise NotTheCorpus(f"refused member {name[:100]!r}: {reason}")


def _write(path: Path, name: str, file: IO[bytes]) -> None:
    try:
        with open(path, "xb") as out:
            shutil.copyfileobj(file, out)
    except FileExistsError:
        _refuse_if(name, True, "a second one of this name")


@contextmanager
def _faults_of(archive: Path) -> Iterator[None]:
    """Give every way in which an archive can be wrong the same form."""
    try:
        yield
    except EOFError as error:
        raise ValueError(f"{archive}: it is cut off") from error
    except NotTheCorpus as error:
        raise NotTheCorpus(f"{archive}: {error}") from error
    except (gzip.BadGzipFile, zlib.error, tarfile.TarError, ValueError, RecursionError) as error:
        # tarfile lets the ValueErrors of a malformed header through, and recurses for each header of a header.
        raise ValueError(f"{archive}: it is damaged, or no gzipped tar archive ({error})") from error
