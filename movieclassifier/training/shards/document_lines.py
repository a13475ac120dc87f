"""The documents of a stream as lines of JSON in one file, which is cut into shards."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

from movieclassifier.corpora.readers.contract import Document
from movieclassifier.system.atomic import name_full_disk

DOCUMENTS = "shards.jsonl"


@dataclass(frozen=True)
class Lines:
    """Documents as lines of JSON in a file that every worker can read.

    Attributes
    ----------
    path : str
    start, stop : int
        Bytes of the file.
    """

    path: str
    start: int
    stop: int

    def __iter__(self) -> Iterator[Document]:
        with open(self.path, "rb") as file:
            file.seek(self.start)
            while file.tell() < self.stop:
                line = file.readline()
                if not line.endswith(b"\n"):
                    raise ValueError(f"{self.path} is shorter than it was when it was written; start again.")
                text, label = json.loads(line)
                yield text, label


def write_parts(documents: Iterable[Document], ends: Sequence[int], folder: Path) -> list[Lines]:
    """Write documents to one file.

    Parameters
    ----------
    documents : iterable of Document
    ends : sequence of int
        0, and the number of documents up to the end of each part.
    folder : Path

    Returns
    -------
    list of Lines
        The lines of each part.

    Raises
    ------
    OSError
        If there is no room.
    ValueError
        If there are fewer documents.
    """
    path, parts, n_documents, stream = folder / DOCUMENTS, [], 0, iter(documents)
    with open(path, "wb") as file, name_full_disk(path):
        for start, stop in pairwise(ends):
            offset = file.tell()
            n_documents += _write_lines(file, islice(stream, stop - start))
            parts.append(Lines(str(path.resolve()), offset, file.tell()))
    if n_documents < ends[-1]:
        raise ValueError(f"the stream ended before the {ends[-1]:,} documents that were planned.")
    return parts


def _write_lines(file: Any, documents: Iterable[Document]) -> int:
    """Write documents as lines of JSON; returns how many."""
    n_documents = 0
    for document in documents:
        file.write(json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")
        n_documents += 1
    return n_documents
