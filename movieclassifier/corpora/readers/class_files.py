"""Reader of a file per class: each line is a document, and the name of its file is its label."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path, PurePosixPath

from movieclassifier.corpora.readers.contract import (
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
from movieclassifier.corpora.readers.members import container, existing, open_members
from movieclassifier.corpora.readers.streams import lines_of, open_text
from movieclassifier.corpora.readers.zips import is_junk
from movieclassifier.system.printable import as_printable

# Endings that name the encoding of a file, not its contents.
ENDINGS = ("txt", "text", "csv", "lines", "gz", "bz2", "xz", "zst", "utf8", "utf-8")
# Names of files about the corpus.
ABOUT = ("readme", "license", "licence", "copying", "citation", "notice")


def iter_class_files(
    path: str | PathLike[str],
    labels: Labels | None = None,
    *,
    encoding: str = "utf-8",
    skip_bad_rows: int | BadRows = 0,
) -> Iterator[Document]:
    r"""Yield the documents of a corpus that has a file per class and a document in each line.

    Of the names of the files, which are parted by dots, the parts that differ are the labels: ``neg`` and ``pos`` for
    ``rt-polarity.neg`` and ``rt-polarity.pos`` as for ``neg.txt`` and ``pos.txt``. A single file is named by its last
    part, or the one before ``txt``. Blank lines, hidden files, and a README or LICENSE are left out.

    Parameters
    ----------
    path : str or path-like
        A folder, zip or tar with the files, or one of the files. In an archive a file may have 64 MiB.
    labels : mapping of str to (int, str or None), optional
        As in :func:`movieclassifier.corpora.readers.tables.iter_csv`.
    encoding : str, default="utf-8"
    skip_bad_rows : int, default=0
        How many lines that cannot be read may be skipped.

    Yields
    ------
    text : str
    label : int or str

    Raises
    ------
    OSError
        If the path cannot be read.
    ValueError
        At the call for a bad argument; later for a bad line, with its number, or a hostile archive.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "rt-polarity.neg").write_text("Awful.\nPoor.\n")
    >>> _ = (folder / "rt-polarity.pos").write_text("Great!\n")
    >>> list(iter_class_files(folder))
    [('Awful.', 'neg'), ('Poor.', 'neg'), ('Great!', 'pos')]
    """
    check_encoding(encoding)
    files = _ClassFiles(existing(path), encoding)
    return files.documents(AsIs() if labels is None else labels, as_bad_rows(skip_bad_rows))


@dataclass(frozen=True)
class _ClassFiles:
    """Files of lines and how to read them."""

    path: Path
    encoding: str

    def documents(self, labels: Labels, bad_rows: BadRows) -> Iterator[Document]:
        empty = True
        for where, value, line in self._lines():
            try:
                label = find_label(line, value, labels, self.encoding, "the file's name")
            except RowFault as fault:
                bad_rows.add(f"{where}: {fault}")
                continue
            empty = False
            if label is not None:
                yield line, label
        if empty:
            raise nothing_read(self.path, "documents", bad_rows)

    def _lines(self) -> Iterator[tuple[str, str, str]]:
        """Yield place, value of the label, and text of each line."""
        for place, name, lines in self._files():
            for n_line, line in enumerate(lines, 1):
                if not line.isspace():
                    yield f"{place}, line {n_line}", name, line.rstrip("\r\n")

    def _files(self) -> Iterator[tuple[str, str, Iterator[str]]]:
        """Yield place, label and lines of each file."""
        kind = container(self.path)
        if kind is None:
            with open_text(self.path, self.encoding, "\n") as lines:
                yield str(self.path), own_label(self.path.name), lines
        elif kind == "folder":
            names = sorted(name for name in os.listdir(self.path) if is_class(name) and (self.path / name).is_file())
            for name, label in class_labels(names, self.path).items():
                with open_text(self.path / name, self.encoding, "\n") as lines:
                    yield as_printable(str(self.path / name)), label, lines
        else:
            yield from self._members()

    def _members(self) -> Iterator[tuple[str, str, Iterator[str]]]:
        members = open_members(self.path)
        if members is None:  # container() has told that it is an archive
            return
        names = [name for name in members.names() if is_class(PurePosixPath(name).name)]
        labels = class_labels(names, self.path)
        for name, content in members.files(lambda folder: True):
            if name in labels:
                place = as_printable(f"{self.path}, {name}")
                yield place, labels[name], lines_of(content, self.encoding, Path(place))


def is_class(name: str) -> bool:
    """Tell whether a file holds documents, by its name."""
    return not is_junk(name) and not name.lower().startswith(ABOUT)


def own_label(name: str) -> str:
    """Return the label that the name of a single file stands for.

    Examples
    --------
    >>> own_label("rt-polarity.pos"), own_label("pos.txt"), own_label("pos")
    ('pos', 'pos', 'pos')
    """
    parts = name.split(".")
    while len(parts) > 1 and parts[-1].lower() in ENDINGS:
        parts.pop()
    return parts[-1]


def class_labels(names: Sequence[str], path: Path) -> dict[str, str]:
    """Return the label of each file: the parts of its name that are not those of all.

    Raises
    ------
    ValueError
        If there are fewer than two files.

    Examples
    --------
    >>> class_labels(["plot.tok.gt9.5000", "quote.tok.gt9.5000"], Path("subjectivity"))
    {'plot.tok.gt9.5000': 'plot', 'quote.tok.gt9.5000': 'quote'}
    """
    if len(names) < 2:
        raise ValueError(f"{path}: expected a file for each class, such as pos.txt and neg.txt; got {len(names)}.")
    parted = [PurePosixPath(name).name.split(".") for name in names]
    shortest = min(map(len, parted))
    start = next((i for i in range(shortest) if len({parts[i] for parts in parted}) > 1), shortest - 1)
    end = next((i for i in range(shortest - start) if len({parts[-1 - i] for parts in parted}) > 1), 0)
    return {name: ".".join(parts[start : len(parts) - end]) for name, parts in zip(names, parted, strict=True)}
