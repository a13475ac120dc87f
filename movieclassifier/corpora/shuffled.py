"""A corpus in random order."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from movieclassifier.corpora.corpus import Corpus, ShuffledCopy
from movieclassifier.corpora.readers.contract import Document
from movieclassifier.corpora.shuffling import iter_shuffled
from movieclassifier.corpora.spooling import spool
from movieclassifier.corpora.survey import with_digest
from movieclassifier.system.progress import telling


def shuffle_corpus(corpus: Corpus, seed: int = 0, memory: int = 200_000_000) -> Corpus:
    """Return a corpus with the same documents in random order.

    The documents are copied to a temporary file, which is removed when this process ends. Every order is equally
    likely. It depends on the documents and the seed alone.

    Parameters
    ----------
    corpus : Corpus
    seed : int, default=0
    memory : int, default=200_000_000
        About how many bytes may be used.

    Returns
    -------
    Corpus

    Raises
    ------
    OSError, ValueError
        As the reader does, or if there is no room.
    """
    bad_rows = corpus.bad_rows()
    documents, digest = with_digest(corpus, bad_rows)
    path = spool_shuffled(telling(documents, "Shuffling"), seed, memory)
    return replace(corpus, copy=ShuffledCopy(path, seed, digest(), tuple(bad_rows.messages), bad_rows.n_skipped))


def spool_shuffled(documents: Iterable[Document], seed: int, memory: int) -> Path:
    """Write documents in random order to a temporary file of JSON lines.

    Parameters
    ----------
    documents : iterable of (text, label)
    seed : int
    memory : int
        About how many bytes may be used.

    Raises
    ------
    OSError
        If there is no room.
    """
    with spool("shuffled.jsonl") as file:
        for line in iter_shuffled(_json_lines(documents), seed, memory, Path(file.name).parent):
            file.write(line)
    return Path(file.name)


def _json_lines(documents: Iterable[Document]) -> Iterator[str]:
    for text, label in documents:
        # Letters as they are: an escape takes six bytes for the two of a Cyrillic one.
        line = json.dumps({"text": text, "label": label}, ensure_ascii=False) + "\n"
        yield line.encode().decode("latin-1")
