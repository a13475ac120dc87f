"""Documents without a text are counted, and the first of them is told by its place."""

import json

import pytest

from movieclassifier.corpora import without_text as module
from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.readers.formats import READERS
from movieclassifier.corpora.reading import ReadingOptions
from movieclassifier.corpora.shuffled import shuffle_corpus
from movieclassifier.corpora.survey import survey
from movieclassifier.corpora.without_text import WithoutText, place_without_text
from tests.support.command_line import run

TABLE = 'text,label\nfine,1\n"two\nlines",0\n"",0\ndull,0\n" ",1\n'
FILES = {
    "csv": (TABLE, "x, line 5"),
    "jsonl": ("".join(json.dumps({"text": text, "label": 1}) + "\n" for text in ("a", "", "b", "")), "x, line 2"),
    "fasttext": ("__label__a fine\n__label__b\n__label__b \n", "x, line 2"),
}


@pytest.mark.parametrize("format", FILES)
def test_they_are_counted_and_the_first_is_placed(tmp_path, format):
    content, place = FILES[format]
    (tmp_path / "x").write_text(content)
    corpus = open_corpus(tmp_path / "x", reading=ReadingOptions(format=format))
    numbers = [number for number, (text, _) in enumerate(corpus, 1) if not text.strip()]
    assert survey(corpus).without_text == WithoutText(2, numbers[0])
    assert place_without_text(corpus) == str(tmp_path / place)
    shuffled = shuffle_corpus(corpus, 1)
    assert survey(shuffled).without_text.n_documents == 2
    assert place_without_text(shuffled) == str(tmp_path / place)


def test_a_file_in_a_folder_is_named(tmp_path):
    for name, text in (("neg/1.txt", "dull"), ("pos/2.txt", "fine"), ("pos/3.txt", " \n")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert place_without_text(open_corpus(tmp_path)) == f"{tmp_path}, pos/3.txt"


@pytest.mark.slow
def test_the_command_says_so(tmp_path):
    (tmp_path / "films.csv").write_text(TABLE)
    found = run("compare", tmp_path / "films.csv", "--recipe", "multinomial-nb")
    assert f"Warning: 2 documents have no text; the first is {tmp_path / 'films.csv'}, line 5.\n" in found.stderr


def test_documents_that_are_left_out_or_bad_are_passed_over(tmp_path):
    (tmp_path / "x.csv").write_text('text,label\n"",2\nfine,\n"",1\n')
    reading = ReadingOptions(labels={"1": 1, "2": None}, skip_bad_rows=1)
    assert place_without_text(open_corpus(tmp_path / "x.csv", reading=reading)) == f"{tmp_path / 'x.csv'}, line 4"


@pytest.mark.slow
def test_a_place_far_behind_is_not_looked_for(tmp_path, monkeypatch):
    (tmp_path / "x.csv").write_text(TABLE)
    corpus = open_corpus(tmp_path / "x.csv")
    monkeypatch.setattr(module, "MAX_LOOKED_AT", 2)
    assert place_without_text(corpus) is None
    found = run("compare", tmp_path / "x.csv", "--recipe", "multinomial-nb")
    assert "2 documents have no text; the first is document 3 as they are read." in found.stderr


def test_a_corpus_that_is_gone_has_no_place(tmp_path):
    (tmp_path / "x.csv").write_text(TABLE)
    corpus = open_corpus(tmp_path / "x.csv")
    (tmp_path / "x.csv").unlink()
    assert place_without_text(corpus) is None


def test_sums_follow_each_other():
    assert WithoutText().followed_by(7, WithoutText(2, 3)) == WithoutText(2, 10)
    assert WithoutText(1, 4).followed_by(7, WithoutText(2, 3)) == WithoutText(3, 4)
    assert WithoutText().followed_by(7, WithoutText()) == WithoutText()


@pytest.mark.parametrize("format", ["csv", "fasttext"])
def test_the_reader_yields_them_nevertheless(tmp_path, format):
    (tmp_path / "x").write_text(FILES[format][0])
    assert sum(not text.strip() for text, _ in READERS[format](tmp_path / "x")) == 2
