"""Stop words: the bundled list, NLTK's lists where they are, a file, and nothing downloaded unless asked for."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nltk
import pytest
from click.testing import CliRunner
from nltk.corpus.reader import WordListCorpusReader
from nltk.corpus.util import LazyCorpusLoader

from movieclassifier.commands.shared.training_options import chosen_recipe
from movieclassifier.commands.stopwords import main
from movieclassifier.features.stop_words import as_tokens, load_stop_words
from movieclassifier.features.words import english_stop_words
from tests.support.real_data import find_file


@pytest.fixture
def nltk_data(tmp_path, monkeypatch):
    """Return an empty folder where NLTK looks for its lists, in place of those of this machine."""
    folder = tmp_path / "nltk"
    folder.mkdir()
    monkeypatch.setattr(nltk.data, "path", [str(folder)])
    lists = LazyCorpusLoader("stopwords", WordListCorpusReader, r"(?!README|\.).*", encoding="utf8")
    monkeypatch.setattr(nltk.corpus, "stopwords", lists)
    return folder


def put_lists(nltk_data):
    lists = find_file("nltk_stopwords.zip")
    (nltk_data / "corpora").mkdir()
    shutil.copy(lists, nltk_data / "corpora" / "stopwords.zip")


def run(*arguments):
    return CliRunner().invoke(main, arguments)


def test_english_needs_no_nltk(tmp_path):
    code = "import sys; from movieclassifier.features.stop_words import *; print(*load_stop_words('english'), 'nltk' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert done.stdout.split() == [*sorted(english_stop_words()), "False"]
    assert run().stdout.split() == sorted(english_stop_words())


def test_other_languages_are_nltks(tmp_path, nltk_data):
    put_lists(nltk_data)
    out = tmp_path / "german.txt"
    assert run("German", "--output", str(out)).stdout == (f"{out}: 232 stop words; use them with --stop-words {out}\n")
    words = load_stop_words(str(out))
    assert len(words) == 232
    assert {"und", "über"} < set(words)
    assert words == load_stop_words("german")


def test_unknown_language_is_answered_with_all_that_are_known(nltk_data):
    put_lists(nltk_data)
    done = run("klingon")
    assert done.exit_code == 2
    assert done.stderr.startswith("Error: stop words 'klingon': this is no file, and NLTK has arabic, azerbaijani, ")
    assert "README" not in done.stderr


def test_lists_that_are_not_there_are_not_downloaded_unasked(nltk_data):
    done = run("german")
    assert done.exit_code == 2
    assert "not on this machine. If NLTK has this language, get it with: movieclassifier stopwords german" in (
        done.stderr
    )
    assert os.listdir(nltk_data) == []


def test_failed_download_says_what_to_do(nltk_data, monkeypatch):
    # The top-level domain .invalid is nowhere, on any machine.
    monkeypatch.setattr(nltk.downloader._downloader, "_url", "https://nltk.invalid/index.xml")
    monkeypatch.setattr(nltk.downloader._downloader, "_index", None)
    done = run("german", "--download")
    assert done.exit_code == 2
    assert done.stderr.startswith("Error: NLTK's stop words cannot be downloaded: ")
    assert "put it into a folder called corpora, and point NLTK_DATA to the folder" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_download_is_followed_by_the_words(nltk_data, monkeypatch):
    # Stands in for NLTK's server, which takes no other address than the real one.
    monkeypatch.setattr(nltk, "download", lambda *_, **__: put_lists(nltk_data))
    assert "und\n" in run("german", "--download").stdout


def test_file_of_words_is_read(tmp_path):
    (tmp_path / "words.txt").write_text("\ufeffthe\nof\n\nthe  über\n", encoding="utf-8")
    assert load_stop_words(str(tmp_path / "words.txt")) == ("of", "the", "über")


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "there are no words in this file"), (b"\xfcber", "this is not UTF-8 .+; convert the file first")],
)
def test_file_without_words_is_refused(tmp_path, content, message):
    (tmp_path / "words.txt").write_bytes(content)
    with pytest.raises(ValueError, match=message):
        load_stop_words(str(tmp_path / "words.txt"))


def test_tokenizer_without_words_takes_no_stop_words():
    with pytest.raises(ValueError, match="the tokenizer 'characters' gives none of the stop words as a token"):
        as_tokens(["very"], "characters")


OPTIONS = dict.fromkeys(["passes", "n_features", "ngram_range", "min_df", "alpha", "tokenizer", "stop_words"])


def test_options_reach_the_recipe():
    recipe = chosen_recipe({**OPTIONS, "recipe": "default", "tokenizer": "porter", "stop_words": "english"})
    assert recipe.ngrams.tokenizer == "porter"
    assert {"veri", "the", "don't"} < set(recipe.ngrams.stop_words)
    assert chosen_recipe({**OPTIONS, "recipe": "default"}).ngrams.stop_words == ()
