"""A corpus in random order."""

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from movieclassifier.corpora.corpus import Corpus
from movieclassifier.corpora.readers.contract import Document
from movieclassifier.corpora.shuffling import iter_shuffled
from movieclassifier.corpora.spooling import _spool
from movieclassifier.corpora.survey import with_digest


def shuffle_corpus(corpus: Corpus, seed: int = 0, memory: int = 200_000_000) -> Corpus:
    """Return a corpus with the same documents in random order.

    They are copied to a temporary file, which is there until this process ends. Every order is equally likely, and
    depends on the documents and the seed alone.

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
        As the reader does, or where there is no room.
    """
    bad_rows = corpus.bad_rows()
    documents, digest = with_digest(corpus, bad_rows)
    path = spool_shuffled(documents, seed, memory)
    return replace(
        corpus,
        paths=(path,),
        format="jsonl",
        # What a reader took, this one takes, too, however long it is with its escapes.
        options={"text_column": "text", "label_column": "label", "max_line_size": sys.maxsize},
        bad_rows_before=tuple(bad_rows.messages),
        n_bad_rows_before=bad_rows.n_skipped,
        sha256=digest(),
        shuffle_seed=seed,
    )


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
    with _spool("shuffled.jsonl") as file:
        for line in iter_shuffled(_json_lines(documents), seed, memory, Path(file.name).parent):
            file.write(line)
    return Path(file.name)


def _json_lines(documents: Iterable[Document]) -> Iterator[str]:
    for text, label in documents:
        # Letters as they are: an escape takes six bytes for the two of a Cyrillic one.
        line = json.dumps({"text": text, "label": label}, ensure_ascii=False) + "\n"
        yield line.encode().decode("latin-1")
