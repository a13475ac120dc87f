"""Guess the format of a corpus from its name and its first lines."""

import re
from pathlib import Path

from movieclassifier.corpora.readers.contract import check_no_pipe
from movieclassifier.corpora.readers.dialects import SEPARATOR
from movieclassifier.corpora.readers.fasttext import PREFIX
from movieclassifier.corpora.readers.members import container, last_names, open_members
from movieclassifier.corpora.readers.streams import first_lines

SENTIMENT140 = re.compile(r'"?[024]"?,"?\d+"?,"?\w{3} \w{3} \d\d [\d:]+ \w+ \d{4}"?,')
# A header that pandas writes.
UCI_NUMBERS = "0\t1"
UCI = re.compile(r"[^\t]+\t[01]")
UCI_HEADER = re.compile(r"[^\t]+\t[^\t\d]+")
POSITIVE_OR_NEGATIVE = re.compile(r'.*,"?(positive|negative)"?')
BBC = {"business", "entertainment", "politics", "sport", "tech"}


def guess_format(path: Path, presets: bool = True, encoding: str = "utf-8") -> str:
    """Return the name of the reader for a corpus.

    Parameters
    ----------
    path : Path
    presets : bool, default=True
        Whether to look also for the corpora that have a name.
    encoding : str, default="utf-8"

    Returns
    -------
    str
        A name in :data:`movieclassifier.corpora.readers.formats.READERS`; ``"csv"`` by default.
    """
    check_no_pipe(path)
    kind = container(path)
    if kind == "tar":
        # To know more, all of it would have to be read.
        return "aclImdb" if presets and path.name.lower().startswith("aclimdb") else "folders"
    members = open_members(path)
    folders = members.folders() if members else []
    if kind == "folder" or len(folders) > 1:
        return _guess_folders(path, folders) if presets else "folders"
    return _guess_file(path, presets, encoding)


def _guess_folders(path: Path, folders: list[str]) -> str:
    endings = {last_names(path, folder) for folder in folders}
    if endings & {("train", "pos"), ("test", "pos")}:
        return "aclImdb"
    return "bbc" if {name for _, name in endings} >= BBC else "folders"


def _guess_file(path: Path, presets: bool, encoding: str) -> str:
    first, *others = first_lines(path, 4, encoding)
    suffixes = {suffix.lower() for suffix in path.suffixes}
    if first.startswith(("{", "[")) or suffixes & {".jsonl", ".ndjson", ".json"}:
        return "jsonl"
    if first.startswith(PREFIX):
        return "fasttext"
    if SEPARATOR.fullmatch(first):
        return "csv"
    if presets:
        if path.name.lower().endswith("_labelled.txt") or (".tsv" not in suffixes and _is_uci(first, others)):
            return "uci"
        if SENTIMENT140.match(first):
            return "sentiment140"
        if first.strip().lower() == "review,sentiment" and any(map(POSITIVE_OR_NEGATIVE.fullmatch, others)):
            return "kaggle-imdb"
    return "tsv" if ".tsv" in suffixes or ("\t" in first and "," not in first) else "csv"


def _is_uci(first: str, others: list[str]) -> bool:
    """Tell whether lines are a sentence, a tab and 0 or 1, perhaps below a header, and no quotes begin a line."""
    if UCI.fullmatch(first):
        return first != UCI_NUMBERS
    rows = [line for line in others if line]
    return bool(UCI_HEADER.fullmatch(first) and rows) and all(UCI.fullmatch(row) and row[0] != '"' for row in rows)
