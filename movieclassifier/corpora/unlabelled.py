"""Texts without labels, from any reader."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from movieclassifier.corpora.corpus import Corpus, open_corpus
from movieclassifier.corpora.readers.columns import NO_LABEL
from movieclassifier.corpora.readers.contract import Ignored


@dataclass(frozen=True)
class Unlabelled:
    """Texts from several places, read from the start at each iteration; those that are known are left out.

    Attributes
    ----------
    sources : tuple of (Path or Corpus)
        Folders of texts, and corpora whose labels are ignored.
    known : ndarray of shape (n_known,), uint64
        Digests of the texts to leave out, ascending.
    """

    sources: tuple[Path | Corpus, ...]
    known: NDArray[np.uint64]

    def __iter__(self) -> Iterator[str]:
        return (text for text in self.all_texts() if not self.is_known(text))

    def all_texts(self) -> Iterator[str]:
        """Yield all texts, the known ones included."""
        for source in self.sources:
            yield from _texts(source)

    def is_known(self, text: str) -> bool:
        """Tell whether a text is left out."""
        return is_among(text, self.known)


def is_among(text: str, known: NDArray[np.uint64]) -> bool:
    """Tell whether the digest of a text is among some digests in ascending order."""
    digest = text_digest(text)
    place = int(np.searchsorted(known, np.uint64(digest)))
    return place < len(known) and int(known[place]) == digest


def open_unlabelled(paths: Iterable[str], known: NDArray[np.uint64]) -> Unlabelled:
    """Return the texts at one or several paths.

    Parameters
    ----------
    paths : iterable of str
        A folder that holds files and no folders is read as a text per file, a ``.txt`` as a text per line, anything
        else by the reader of its format, with the labels ignored. A table or JSON lines may have no column of labels.
    known : ndarray
        Of :func:`text_digests`.

    Returns
    -------
    Unlabelled

    Raises
    ------
    OSError, ValueError
        As :func:`movieclassifier.corpora.corpus.open_corpus`.
    """
    return Unlabelled(tuple(_open(path) for path in paths), known)


def text_digest(text: str) -> int:
    """Return 64 bits of the BLAKE2b digest of a text.

    Examples
    --------
    >>> text_digest("a great film") == text_digest("a great  film")
    False
    """
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(digest.digest(), "little")


def text_digests(texts: Iterable[str]) -> NDArray[np.uint64]:
    """Return the digests of texts, ascending: 8 bytes a text."""
    return np.unique(np.fromiter(map(text_digest, texts), np.uint64))


def _open(path: str) -> Path | Corpus:
    found = Path(path)
    if found.is_dir() and not any(child.is_dir() for child in found.iterdir()):
        return found
    corpus = open_corpus(path)
    if corpus.format == "csv" and found.suffix == ".txt":
        return found
    if corpus.format in ("csv", "tsv", "jsonl"):
        corpus = replace(corpus, reading=replace(corpus.reading, label_column=NO_LABEL))
    return replace(corpus, labels=Ignored())


def _texts(source: Path | Corpus) -> Iterator[str]:
    if not isinstance(source, Path):
        return (text for text, _ in source)
    return _files(source) if source.is_dir() else _lines(source)


def _files(folder: Path) -> Iterator[str]:
    for path in sorted(folder.iterdir()):
        if not path.name.startswith("."):
            yield _decoded(path.read_bytes(), str(path))


def _lines(path: Path) -> Iterator[str]:
    with open(path, "rb") as file:
        for number, line in enumerate(file, 1):
            if text := _decoded(line, f"{path}, line {number}").rstrip("\r\n"):
                yield text


def _decoded(content: bytes, where: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{where}: expected UTF-8; got the byte {content[error.start]:#04x}.") from None
