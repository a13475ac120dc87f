"""The files in a folder, a zip or a tar, one at a time; nothing is ever unpacked."""

import os
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from os import PathLike
from pathlib import Path, PurePosixPath
from typing import Protocol

from movieclassifier.corpora.readers.compression import compression
from movieclassifier.corpora.readers.contract import check_no_address
from movieclassifier.corpora.readers.damage import archive_faults
from movieclassifier.corpora.readers.streams import open_bytes
from movieclassifier.corpora.readers.tars import iter_members
from movieclassifier.corpora.readers.zips import is_folder, is_junk, open_member, refuse_office
from movieclassifier.system.printable import as_printable

# In bytes; one document has to fit in memory.
MAX_DOCUMENT_SIZE = 2**26
TAR_MAGIC = b"ustar"
TAR_MAGIC_AT = 257


Wants = Callable[[str], bool]


class Members(Protocol):
    """The files in a folder or archive."""

    def folders(self) -> list[str]:
        """Return the folders that hold files, relative to the folder or archive, sorted."""

    def names(self) -> list[str]:
        """Return the names of the files, relative to the folder or archive."""

    def files(self, wants: Wants) -> Iterator[tuple[str, bytes]]:
        """Yield name and content of the files that lie in the folders that are wanted."""


def container(path: Path) -> str | None:
    """Tell whether a path is a folder, a zip or a tar (which may be compressed); None for anything else."""
    if path.is_dir():
        return "folder"
    with open_bytes(path, zips=False) as file:
        if compression(file) == "zip":
            return "zip"
        start = file.peek(TAR_MAGIC_AT + len(TAR_MAGIC))
    return "tar" if start[TAR_MAGIC_AT:].startswith(TAR_MAGIC) else None


def last_names(path: Path, folder: str) -> tuple[str, str]:
    """Return the names of a folder in a corpus and of the one around it; that of ``.`` is the one it has elsewhere.

    Examples
    --------
    >>> last_names(Path("aclImdb/train"), "pos")
    ('train', 'pos')
    >>> last_names(Path("/"), ".")
    ('', '')
    """
    *_, outer, inner = ("", "", *PurePosixPath(os.path.abspath(path), folder).parts[1:])
    return outer, inner


def open_members(path: Path) -> Members | None:
    """Return the files in a folder, zip or tar; None for anything else."""
    kind = container(path)
    return CONTAINERS[kind](path) if kind else None


@dataclass(frozen=True)
class _Folder:
    """A folder of folders, read in the order of names."""

    path: Path

    def folders(self) -> list[str]:
        found = []
        for folder, subfolders, files in os.walk(self.path):
            subfolders[:] = [name for name in subfolders if not is_junk(name)]
            if any(not is_junk(name) for name in files):
                found.append(Path(folder).relative_to(self.path).as_posix())
        return sorted(found)

    def names(self) -> list[str]:
        return [f"{folder}/{name}" for folder in self.folders() for name in self._names(folder)]

    def _names(self, folder: str) -> list[str]:
        names = sorted(os.listdir(self.path / folder))
        return [name for name in names if not is_junk(name) and (self.path / folder / name).is_file()]

    def files(self, wants: Wants) -> Iterator[tuple[str, bytes]]:
        for folder in filter(wants, self.folders()):
            for name in self._names(folder):
                path = self.path / folder / name
                _check_size(as_printable(str(path)), path.stat().st_size)
                yield f"{folder}/{name}", path.read_bytes()


@dataclass(frozen=True)
class _Zip:
    """A zip, read in the order of names."""

    path: Path

    def folders(self) -> list[str]:
        with self._open() as archive:
            return _folders(name for name, _ in self._members(archive))

    def names(self) -> list[str]:
        with self._open() as archive:
            return [name for name, _ in self._members(archive)]

    def files(self, wants: Wants) -> Iterator[tuple[str, bytes]]:
        with self._open() as archive:
            for name, member in self._members(archive):
                if not wants(_folder(name)):
                    continue
                where = f"{self.path}, {as_printable(member.filename)}"
                if member.flag_bits & 1:
                    raise ValueError(f"{where}: this file is encrypted; decrypt the zip first.")
                with archive_faults(self.path), open_member(archive, member) as file:
                    # The size that the zip tells may be wrong.
                    content = file.read(MAX_DOCUMENT_SIZE + 1)
                _check_size(where, len(content))
                yield name, content

    def _open(self) -> zipfile.ZipFile:
        with archive_faults(self.path):
            archive = zipfile.ZipFile(self.path)
        refuse_office(archive, self.path)
        return archive

    def _members(self, archive: zipfile.ZipFile) -> Iterator[tuple[str, zipfile.ZipInfo]]:
        names = _Names(self.path)
        for member in sorted(archive.infolist(), key=lambda member: member.filename):
            if not is_folder(member) and (name := names.checked(member.filename)):
                yield name, member


@dataclass(frozen=True)
class _Tar:
    """A tar, read in its own order."""

    path: Path

    def folders(self) -> list[str]:
        return _folders(name for name, _, _ in self._members())

    def names(self) -> list[str]:
        return [name for name, _, _ in self._members()]

    def files(self, wants: Wants) -> Iterator[tuple[str, bytes]]:
        wants = lru_cache(wants)
        for name, archive, member in self._members():
            if not wants(_folder(name)):
                continue
            where = f"{self.path}, {as_printable(member.name)}"
            _check_size(where, member.size)
            with archive_faults(self.path):
                file = archive.extractfile(member) if member.isreg() else None
                content = None if file is None else file.read()
            if content is None:
                raise ValueError(f"{where}: a link or device; a corpus holds nothing but files and folders.")
            yield name, content

    def _members(self) -> Iterator[tuple[str, tarfile.TarFile, tarfile.TarInfo]]:
        names = _Names(self.path)
        for archive, member in self._all():
            if not member.isdir() and (name := names.checked(member.name)):
                yield name, archive, member

    def _all(self) -> Iterator[tuple[tarfile.TarFile, tarfile.TarInfo]]:
        with open_bytes(self.path) as plain, archive_faults(self.path):
            yield from iter_members(plain)


class _Names:
    """The names in an archive, of which those that no honest archive holds are refused."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.seen: set[int] = set()

    def checked(self, name: str) -> str | None:
        """Return a name in its shortest form; None if it is junk."""
        if is_junk(name):
            return None
        # As PurePosixPath does, in a tenth of the time.
        parts = [part for part in name.split("/") if part not in ("", ".")]
        if name.startswith("/") or ".." in parts:
            raise ValueError(
                f"{self.path}: refused, for a file in it is called {name!r}, which leads out of the archive."
            )
        if not parts:
            raise ValueError(f"{self.path}: refused, for a file in it has no name.")
        # Hashes of 64 bits take a tenth of the memory of names, and for two names to share one takes billions.
        short = "/".join(parts)
        if (key := hash(short)) in self.seen:
            raise ValueError(f"{self.path}: refused, for two files in it are called {name!r}.")
        self.seen.add(key)
        return short


def existing(path: str | PathLike[str]) -> Path:
    """Return a path, if something is there."""
    check_no_address(path)
    if not Path(path).exists():
        raise FileNotFoundError(f"{path}: there is no such folder or file.")
    return Path(path)


def _folder(name: str) -> str:
    return name.rpartition("/")[0] or "."


def _folders(names: Iterable[str]) -> list[str]:
    return sorted({_folder(name) for name in names})


def _check_size(where: str, n_bytes: int) -> None:
    if n_bytes > MAX_DOCUMENT_SIZE:
        raise ValueError(f"{where}: a document of more than {MAX_DOCUMENT_SIZE:,} bytes; take it out.")


CONTAINERS: dict[str, Callable[[Path], Members]] = {"folder": _Folder, "zip": _Zip, "tar": _Tar}
