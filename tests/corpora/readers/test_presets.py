"""Corpora that have a name are recognised and read whole."""

from collections import Counter

import pytest

from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.readers.formats import READERS
from tests.support.corpora import write_json_lines
from tests.support.real_data import find_file


def test_uci_is_read_with_and_without_a_header(tmp_path):
    for name, header in (("with", "Review\tStatus\n"), ("without", "")):
        (tmp_path / name).write_text(header + 'A "great\t1\nBad" one.  \t0\n')
        assert list(READERS["uci"](tmp_path / name)) == [('A "great', "1"), ('Bad" one.  ', "0")]


def test_reviews_of_stars_are_read_as_json_and_as_csv(tmp_path):
    yelp = write_json_lines(tmp_path / "yelp.json", [("ok", 3.0, 1)], ("text", "stars", "useful"))
    old = write_json_lines(tmp_path / "old.json", [("ok", "so so", 3.0)], ("reviewText", "summary", "overall"))
    new = write_json_lines(tmp_path / "new.json", [("ok", "so so", 3)], ("text", "title", "rating"))
    (tmp_path / "yelp.csv").write_text('"3","ok\\nor ""not"""\n')
    assert list(READERS["yelp"](yelp)) == [("ok", "3")]
    assert list(READERS["yelp"](tmp_path / "yelp.csv")) == [('ok\nor "not"', "3")]
    assert list(READERS["amazon"](old)) == [("ok", "3")]
    assert list(READERS["amazon"](new)) == [("so so\nok", "3")]


@pytest.mark.parametrize(
    ("name", "format", "counts"),
    [
        ("imdb_labelled.txt", "uci", {0: 500, 1: 500}),
        ("sentiment140_sample.csv", "sentiment140", {"negative": 5004, "positive": 4996}),
        (
            "bbc-fulltext.zip",
            "bbc",
            {"business": 510, "entertainment": 386, "politics": 417, "sport": 511, "tech": 401},
        ),
    ],
)
def test_real_corpus_is_recognised_and_read_whole(name, format, counts):
    corpus = open_corpus(find_file(name))
    assert corpus.format == format
    assert Counter(label for _, label in corpus) == counts


def test_quoting_reader_says_how_to_read_ucis_file():
    path = find_file("imdb_labelled.txt")
    with pytest.raises(ValueError, match=r"line \d+: text after a closing quote; .+ReadingOptions\(no_quotes=True\)"):
        list(READERS["tsv"](path))
