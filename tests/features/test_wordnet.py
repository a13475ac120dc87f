import os

import nltk
import pytest
from nltk.corpus.reader.api import CorpusReader
from nltk.corpus.reader.wordnet import WordNetCorpusReader
from nltk.corpus.util import LazyCorpusLoader

from movieclassifier.features import tokenizers as field_tokenizers
from movieclassifier.features.tokenizers import TOKENIZERS

WORDNET = {
    "index.noun": "film n 1 0 1 0 00000001\nfoot n 1 0 1 0 00000002\nbus n 1 0 1 0 00000003\n",
    "noun.exc": "feet foot\n",
    "data.adj": "  1 WordNet 3.0 Copyright\n",
    "lexnames": "00\tadj.all\t3\n",
}


PARTS_OF_SPEECH = ("noun", "verb", "adj", "adv")


FILES = [name.format(part) for part in PARTS_OF_SPEECH for name in ("index.{}", "data.{}", "{}.exc")]


@pytest.fixture
def nltk_data(tmp_path, monkeypatch):
    """Return an empty folder where NLTK looks for WordNet, in place of those of this machine."""
    monkeypatch.setattr(nltk.data, "path", [str(tmp_path)])
    monkeypatch.setenv("WNSEARCHDIR", str(tmp_path / "nowhere"))
    others = LazyCorpusLoader("omw-1.4", CorpusReader, r".*")
    monkeypatch.setattr(nltk.corpus, "wordnet", LazyCorpusLoader("wordnet", WordNetCorpusReader, others))
    field_tokenizers._lemma.cache_clear()
    yield tmp_path
    field_tokenizers._lemma.cache_clear()


def write_wordnet(folder, names):
    """Write a WordNet of three words, in WordNet's own format."""
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_text(WORDNET.get(name, ""))


def test_lemmas_are_those_of_wordnet(nltk_data):
    write_wordnet(nltk_data / "corpora" / "wordnet", [*FILES, "lexnames", "cntlist.rev", "index.sense"])
    lemmas = TOKENIZERS["lemma"]("Films, feet and buses :) watched")
    assert lemmas == ["film", ",", "foot", "and", "bus", ":)", "watched"]
    for file in nltk.corpus.wordnet._data_file_map.values():
        file.close()  # NLTK leaves it to the garbage collector


def test_wordnet_is_found_where_systems_install_it(nltk_data, tmp_path_factory, monkeypatch):
    # Debian's package has neither lexnames nor index.sense.
    folder = tmp_path_factory.mktemp("usr") / "wordnet"
    write_wordnet(folder, [*FILES, "cntlist.rev"])
    monkeypatch.setenv("WNSEARCHDIR", str(folder))
    assert TOKENIZERS["lemma"]("Films, feet and buses :) watched") == [
        "film",
        ",",
        "foot",
        "and",
        "bus",
        ":)",
        "watched",
    ]


@pytest.mark.slow
def test_lemmas_are_those_of_the_wordnet_of_this_machine():
    if not os.path.exists("/usr/share/wordnet/index.noun"):
        pytest.skip("there is no /usr/share/wordnet; on Debian: apt install wordnet-base")
    assert TOKENIZERS["lemma"]("Wolves, mice, criteria watched") == ["wolf", ",", "mouse", ",", "criterion", "watched"]


def test_missing_wordnet_is_said_with_the_way_to_get_it(nltk_data):
    with pytest.raises(
        ValueError, match=r"needs WordNet, which is not on this machine\. Get it with: python -m nltk\.dow"
    ):
        TOKENIZERS["lemma"]("films")
    assert os.listdir(nltk_data) == []
