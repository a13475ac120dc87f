"""Readers of published corpora: each is a general reader with the settings that the corpus needs."""

from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import Any

from movieclassifier.corpora.readers.contract import BadRows, Document, Labels, check_encoding, check_file
from movieclassifier.corpora.readers.folders import iter_folders
from movieclassifier.corpora.readers.guessing import UCI_NUMBERS
from movieclassifier.corpora.readers.json_lines import iter_jsonl
from movieclassifier.corpora.readers.streams import first_lines
from movieclassifier.corpora.readers.tables import iter_csv, iter_tsv

AnyPath = str | PathLike[str]


def iter_sentiment140(
    path: AnyPath, labels: Labels | None = None, *, encoding: str = "latin-1", skip_bad_rows: int | BadRows = 0
) -> Iterator[Document]:
    """Yield the tweets of Sentiment140: six columns without a header, polarity (0, 2 or 4) first and text last.

    Parameters and errors are those of :func:`movieclassifier.corpora.readers.tables.iter_csv`.

    References
    ----------
    Go, Bhayani and Huang, *Twitter Sentiment Classification using Distant Supervision*, 2009.
    """
    columns: dict[str, Any] = {"header": False, "text_column": 5, "label_column": 0}
    return iter_csv(path, labels, encoding=encoding, skip_bad_rows=skip_bad_rows, **columns)


def iter_uci(
    path: AnyPath, labels: Labels | None = None, *, encoding: str = "utf-8", skip_bad_rows: int | BadRows = 0
) -> Iterator[Document]:
    """Yield the sentences of UCI's ``imdb_labelled.txt``, ``yelp_labelled.txt`` or ``amazon_cells_labelled.txt``.

    A sentence, a tab and 0 or 1; quotes stand for themselves. A header, which some copies have, is left out.

    References
    ----------
    Kotzias et al., *From Group to Individual Labels using Deep Features*, KDD 2015.
    """
    check_file(Path(path), "uci")
    check_encoding(encoding)
    first = first_lines(Path(path), 1, encoding)[0]
    header = first == UCI_NUMBERS or not first.rpartition("\t")[2].isdigit()
    columns: dict[str, Any] = {"header": header, "quoted": False, "text_column": 0, "label_column": 1}
    return iter_tsv(path, labels, encoding=encoding, skip_bad_rows=skip_bad_rows, **columns)


def iter_bbc(
    path: AnyPath,
    labels: Labels | None = None,
    *,
    encoding: str = "utf-8,latin-1",
    skip_bad_rows: int | BadRows = 0,
) -> Iterator[Document]:
    """Yield the articles of BBC news from ``bbc-fulltext.zip`` or its unpacked folder.

    All files but one are UTF-8; that one (``sport/199.txt``) is latin-1.

    References
    ----------
    Greene and Cunningham, *Practical Solutions to the Problem of Diagonal Dominance in Kernel Document Clustering*,
    ICML 2006.
    """
    return iter_folders(path, labels, encoding=encoding, skip_bad_rows=skip_bad_rows)


def iter_kaggle_imdb(
    path: AnyPath, labels: Labels | None = None, *, encoding: str = "utf-8", skip_bad_rows: int | BadRows = 0
) -> Iterator[Document]:
    """Yield the reviews of Kaggle's ``IMDB Dataset.csv`` (or the zip of it), labelled negative and positive."""
    columns: dict[str, Any] = {"text_column": "review", "label_column": "sentiment"}
    return iter_csv(path, labels, encoding=encoding, skip_bad_rows=skip_bad_rows, **columns)


def iter_yelp(
    path: AnyPath, labels: Labels | None = None, *, encoding: str = "utf-8", skip_bad_rows: int | BadRows = 0
) -> Iterator[Document]:
    """Yield Yelp reviews: JSON lines as Yelp gives them away (stars 1 to 5), or Zhang's CSV (label, text).

    References
    ----------
    Zhang, Zhao and LeCun, *Character-level Convolutional Networks for Text Classification*, NeurIPS 2015.
    """
    check_file(Path(path), "yelp")
    how: dict[str, Any] = {"encoding": encoding, "skip_bad_rows": skip_bad_rows}
    check_encoding(encoding)
    if first_lines(Path(path), 1, encoding)[0].startswith("{"):
        return iter_jsonl(path, labels, text_column="text", label_column="stars", **how)
    return _unescaped(iter_csv(path, labels, header=False, text_column=1, label_column=0, **how))


def iter_amazon(
    path: AnyPath, labels: Labels | None = None, *, encoding: str = "utf-8", skip_bad_rows: int | BadRows = 0
) -> Iterator[Document]:
    """Yield Amazon reviews: McAuley's JSON lines (stars 1 to 5), or Zhang's CSV (label, title, text).

    Where there is a title, it comes first, then a line break and the text.
    """
    check_file(Path(path), "amazon")
    how: dict[str, Any] = {"encoding": encoding, "skip_bad_rows": skip_bad_rows}
    check_encoding(encoding)
    first = first_lines(Path(path), 1, encoding)[0]
    if first.startswith("{"):
        # The keys of 2023, and those of all years before.
        text, label = (["title", "text"], "rating") if '"rating"' in first else (["reviewText"], "overall")
        return iter_jsonl(path, labels, text_column=text, label_column=label, **how)
    return _unescaped(iter_csv(path, labels, header=False, text_column=[1, 2], label_column=0, **how))


def _unescaped(documents: Iterator[Document]) -> Iterator[Document]:
    """Turn the two characters that Zhang wrote for a line break into one."""
    for text, label in documents:
        yield text.replace("\\n", "\n"), label
