"""WordNet as NLTK reads it: from NLTK's own folders, or as Debian and other systems install it."""

import io
import os
from typing import Any

# What WordNet's own programs read, and where Debian's package wordnet-base puts the database.
VARIABLE, INSTALLED = "WNSEARCHDIR", "/usr/share/wordnet"


def make_lemmatizer() -> Any:
    """Return NLTK's ``WordNetLemmatizer``, with WordNet loaded.

    Raises
    ------
    ValueError
        If WordNet is not on the machine, with the commands that get it.
    """
    from nltk.stem import WordNetLemmatizer

    lemmatizer = WordNetLemmatizer()
    try:
        lemmatizer.lemmatize("films")  # loads WordNet
    except LookupError as error:
        folder = os.environ.get(VARIABLE, INSTALLED)
        if not os.path.exists(os.path.join(folder, "index.noun")):
            raise ValueError(
                "the tokenizer 'lemma' needs WordNet, which is not on this machine. Get it with: "
                "python -m nltk.downloader wordnet (11 MB), or apt install wordnet-base, or point NLTK_DATA to a "
                "folder that holds corpora/wordnet.zip."
            ) from error
        lemmatizer._morphy = _read(folder)._morphy
    return lemmatizer


def _read(folder: str) -> Any:
    """Return NLTK's reader of a folder without the files that lemmas do not need."""
    import nltk
    from nltk.corpus.reader.wordnet import WordNetCorpusReader

    class InstalledWordNet(WordNetCorpusReader):
        def open(self, file: str) -> Any:
            # NLTK brings this list with its data; systems keep it in a manual page.
            return io.StringIO() if file == "lexnames" else super().open(file)

        def map_wn(self, version: str = "wordnet") -> None:
            """Have no mapping to the numbers of other versions."""

    # NLTK reads only below the folders in its path.
    if folder not in nltk.data.path:
        nltk.data.path.append(folder)
    reader = InstalledWordNet(folder, omw_reader=InstalledWordNet)  # any but None: no warning about other languages
    for file in reader._data_file_map.values():
        file.close()
    return reader
