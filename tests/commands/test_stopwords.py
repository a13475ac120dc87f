"""Stop words of any language of NLTK, which is asked for a download only on request."""

import os
import shutil

import nltk
import pytest
from click.testing import CliRunner
from nltk.corpus.reader import WordListCorpusReader
from nltk.corpus.util import LazyCorpusLoader

from movieclassifier.commands.stopwords import main
from movieclassifier.features.stop_words import load_stop_words
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


def test_english_is_the_default():
    assert run().stdout.split() == sorted(english_stop_words())


def test_other_languages_are_nltks(tmp_path, nltk_data):
    put_lists(nltk_data)
    out = tmp_path / "german.txt"
    assert run("German", "--output", str(out)).stdout == (f"{out}: 232 stop words; use them with --stop-words {out}\n")
    words = load_stop_words(str(out))
    assert len(words) == 232
    assert {"und", "über"} < set(words)
    assert words == load_stop_words("german")


def test_unknown_language_is_answered_with_the_known_ones(nltk_data):
    put_lists(nltk_data)
    done = run("klingon")
    assert done.exit_code == 2
    assert done.stderr.startswith("Error: stop words 'klingon': this is not a file, and NLTK has arabic, azerbaijani, ")
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
