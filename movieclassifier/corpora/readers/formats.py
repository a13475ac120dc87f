"""The tables of formats: a name, its reader, and the labels that its values stand for."""

from collections.abc import Callable, Iterator

from movieclassifier.corpora.readers.class_files import iter_class_files
from movieclassifier.corpora.readers.contract import Document, Labels
from movieclassifier.corpora.readers.fasttext import iter_fasttext
from movieclassifier.corpora.readers.folders import iter_aclimdb, iter_folders
from movieclassifier.corpora.readers.json_lines import iter_jsonl
from movieclassifier.corpora.readers.presets import (
    iter_amazon,
    iter_bbc,
    iter_kaggle_imdb,
    iter_sentiment140,
    iter_uci,
    iter_yelp,
)
from movieclassifier.corpora.readers.tables import iter_csv, iter_tsv

READERS: dict[str, Callable[..., Iterator[Document]]] = {
    "csv": iter_csv,
    "tsv": iter_tsv,
    "jsonl": iter_jsonl,
    "fasttext": iter_fasttext,
    "folders": iter_folders,
    "files": iter_class_files,
    "aclImdb": iter_aclimdb,
    "sentiment140": iter_sentiment140,
    "uci": iter_uci,
    "bbc": iter_bbc,
    "kaggle-imdb": iter_kaggle_imdb,
    "yelp": iter_yelp,
    "amazon": iter_amazon,
}
# The labels that the values of a format stand for by default.
LABELS: dict[str, Labels] = {
    "aclImdb": {"neg": 0, "pos": 1},
    "sentiment140": {"0": "negative", "2": "neutral", "4": "positive"},
    "uci": {"0": 0, "1": 1},
    "kaggle-imdb": {"negative": "negative", "positive": "positive"},
}
# The second is that of the book's newer code, which leaves the names of the columns to pandas.
BOOK_HEADERS = ("review,sentiment", "0,1")
BOOK_LABELS: Labels = {"0": 0, "1": 1}
# Formats whose documents are sorted by label.
SORTED_FORMATS = ("folders", "files", "aclImdb", "bbc")
