"""Readers of folders: a file is a document, and the folder that it lies in is its label."""

import codecs
import contextlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from os import PathLike
from pathlib import Path, PurePosixPath

from movieclassifier.corpora.readers.contract import (
    PARTS,
    AsIs,
    BadRows,
    Document,
    Labels,
    RowFault,
    as_bad_rows,
    check_encoding,
    find_label,
    nothing_read,
)
from movieclassifier.corpora.readers.members import Wants, existing, last_names, open_members
from movieclassifier.corpora.readers.streams import not_decodable
from movieclassifier.system.printable import as_printable


def iter_folders(
    path: str | PathLike[str],
    labels: Labels | None = None,
    *,
    encoding: str = "utf-8",
    skip_bad_rows: int | BadRows = 0,
) -> Iterator[Document]:
    """Yield the documents of a corpus that has a folder per class and a file per document.

    Every folder that holds files and no folders is a class, named as the folder; all must be at the same depth. Files
    elsewhere (a README beside the folders) and hidden files are left out. A zip or tar of such folders is read
    without unpacking it. Files come folder by folder in the order of their names; those of a tar in its own order.

    Parameters
    ----------
    path : str or path-like
        A folder, a zip, or a tar, which may be compressed.
    labels : mapping of str to (int, str or None), optional
        The label that each folder's name stands for, as in :func:`movieclassifier.corpora.readers.tables.iter_csv`.
    encoding : str, default="utf-8"
        Several, parted by commas, are tried one after the other on every file: in ``"utf-8,latin-1"``, latin-1 is for
        the files that are not UTF-8.
    skip_bad_rows : int, default=0
        How many files that cannot be read may be skipped.

    Yields
    ------
    text : str
        The whole file, without a byte order mark.
    label : int or str

    Raises
    ------
    OSError
        If the path cannot be read.
    ValueError
        At the call for a bad argument; later for a bad file, with its name, or a hostile archive.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> for name, text in (("neg/1.txt", "Awful."), ("pos/1.txt", "Great!")):
    ...     (folder / name).parent.mkdir()
    ...     _ = (folder / name).write_text(text)
    >>> list(iter_folders(folder))
    [('Awful.', 'neg'), ('Great!', 'pos')]
    """
    return _Files(existing(path), encoding).documents(labels, skip_bad_rows)


def iter_aclimdb(
    path: str | PathLike[str],
    labels: Labels | None = None,
    *,
    part: str | None = None,
    encoding: str = "utf-8",
    skip_bad_rows: int | BadRows = 0,
) -> Iterator[Document]:
    """Yield the labelled reviews of aclImdb, from the unpacked folder or the archive.

    Parameters
    ----------
    path : str or path-like
        The folder ``aclImdb``, one that holds it, or ``aclImdb_v1.tar.gz``.
    labels : mapping of str to (int, str or None), optional
        The labels that ``neg`` and ``pos`` stand for.
    part : {"train", "test"}, optional
        One of the official halves; both by default.
    encoding, skip_bad_rows
        As in :func:`iter_folders`.

    Yields
    ------
    text : str
    label : int or str

    Raises
    ------
    OSError, ValueError
        As :func:`iter_folders`; also if there are no reviews.
    """
    if part is not None and part not in PARTS:
        raise ValueError(f"part must be one of {', '.join(PARTS)}; got {part!r}.")
    parts = PARTS if part is None else (part,)
    return _Files(existing(path), encoding, parts).documents(labels, skip_bad_rows)


@dataclass(frozen=True)
class _Files:
    """Files in folders and how to read them."""

    path: Path
    encoding: str
    parts: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        for encoding in self.encoding.split(","):
            check_encoding(encoding)

    def documents(self, labels: Labels | None, skip_bad_rows: int | BadRows) -> Iterator[Document]:
        return self._documents(AsIs() if labels is None else labels, as_bad_rows(skip_bad_rows))

    def _documents(self, labels: Labels, bad_rows: BadRows) -> Iterator[Document]:
        members = open_members(self.path)
        if members is None:
            raise ValueError(
                f"{self.path}: expected a folder, or a zip or tar of folders; pass a different "
                "ReadingOptions(format=…)."
            )
        wants: Wants = self._is_half
        if self.parts is None:
            wants = set(class_folders(members.folders(), self.path)).__contains__
        empty = True
        for name, content in members.files(wants):
            value = PurePosixPath(name).parent.name
            try:
                text = self._decode(content)
                label = find_label(text, value, labels, self.encoding, "folder")
            except RowFault as fault:
                bad_rows.add(f"{self.path}, {as_printable(name)}: {fault}")
                continue
            empty = False
            if label is not None:
                yield text, label
        if empty:
            what = "documents" if self.parts is None else f"folders {'/neg, '.join(self.parts)}/neg with reviews"
            raise nothing_read(self.path, what, bad_rows)

    def _decode(self, content: bytes) -> str:
        """Decode a file with the first encoding that fits; with the last one, bad bytes become surrogates."""
        content = content.removeprefix(codecs.BOM_UTF8)
        *others, last = self.encoding.split(",")
        for encoding in others:
            with contextlib.suppress(UnicodeError):
                return content.decode(encoding).removeprefix("\ufeff")
        try:
            return content.decode(last, "surrogateescape").removeprefix("\ufeff")
        except UnicodeError as error:
            raise RowFault(not_decodable(last, error)) from None

    def _is_half(self, folder: str) -> bool:
        """Tell whether a folder is one of aclImdb's with labelled reviews."""
        part, label = last_names(self.path, folder)
        return part in (self.parts or ()) and label in ("neg", "pos")


def class_folders(folders: Collection[str], path: Path) -> list[str]:
    """Return the folders that hold files and no folders.

    Raises
    ------
    ValueError
        If there are no folders of files, or if they are at different depths.
    """
    holders = {parent.as_posix() for folder in folders for parent in PurePosixPath(folder).parents}
    classes = [folder for folder in folders if folder not in holders and folder != "."]
    if not classes:
        raise ValueError(
            f"{path}: there are no folders with files in it; expected one for each class. "
            f"Pass files by a pattern, such as '{path / '*.csv'}', or ReadingOptions(format='files') for a file per "
            "class."
        )
    depths = {folder.count("/"): folder for folder in reversed(classes)}
    if len(depths) > 1:
        names = " and ".join(depths[depth] for depth in sorted(depths))
        raise ValueError(f"{path}: {names} are not at the same depth; expected a folder for each class.")
    return classes
