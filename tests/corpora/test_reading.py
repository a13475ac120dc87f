"""Reading options: they check themselves, and say what was chosen."""

from dataclasses import FrozenInstanceError

import pytest

from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.readers.formats import READERS
from movieclassifier.corpora.reading import ReadingOptions, as_options, flag, same_reading
from movieclassifier.corpora.shuffled import shuffle_corpus
from movieclassifier.corpora.survey import survey


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"delimiter": "ab"}, "the delimiter must be one character, no quote and no line break; got 'ab'"),
        ({"encoding": "utf-9"}, "encoding 'utf-9' is unknown"),
        ({"encoding": "utf-8,latin-9x"}, "encoding 'latin-9x' is unknown"),
        ({"part": "dev"}, "part must be one of train, test; got 'dev'"),
        ({"skip_bad_rows": -1}, "skip_bad_rows must be at least 0, got -1"),
    ],
)
def test_invalid_value_is_refused_when_the_options_are_made(options, message):
    with pytest.raises(ValueError, match=message):
        ReadingOptions(**options)


@pytest.mark.parametrize("options", [{"text_columns": "text"}, {"text_columns": ["text"]}, {"skip_bad_rows": "3"}])
def test_value_of_a_wrong_type_is_refused(options):
    with pytest.raises(TypeError, match=f"{next(iter(options))} must be an? "):
        ReadingOptions(**options)


def test_options_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        ReadingOptions().encoding = "latin-1"


@pytest.mark.parametrize(
    "options",
    [{"text_columns": (0,)}, {"label_column": 0}, {"no_header": True}, {"no_quotes": True}, {"delimiter": ";"}],
)
def test_every_option_of_the_columns_describes_them(options):
    assert ReadingOptions(**options).describes_columns
    assert ReadingOptions(**options).chosen().keys() == options.keys()


def test_default_options_pass_nothing_on():
    default = ReadingOptions()
    assert (default.reader_arguments(), default.chosen(), default.describes_columns) == ({}, {}, False)


def test_positions_reach_the_reader(tmp_path):
    (tmp_path / "x.csv").write_text("1,a,b\n0,c,d\n")
    reading = ReadingOptions(no_header=True, text_columns=(1, 2), label_column=0)
    assert list(open_corpus(tmp_path / "x.csv", reading=reading)) == [("a\nb", "1"), ("c\nd", "0")]


@pytest.mark.parametrize("name", READERS)
def test_option_that_the_format_does_not_take_is_named(tmp_path, name):
    (tmp_path / "x").write_text("text,label\n")
    takes_part = name == "aclImdb"
    options = {"delimiter": ";"} if takes_part else {"part": "train"}
    refused = "delimiter" if takes_part else "part"
    message = rf"ReadingOptions\(format='{name}'\) takes no ReadingOptions\({refused}=…\); it takes .*encoding=…"
    with pytest.raises(ValueError, match=message):
        open_corpus(tmp_path / "x", reading=ReadingOptions(format=name, **options))


def test_description_tells_options_labels_and_order(tmp_path):
    (tmp_path / "x.csv").write_text("text;label\na;4\nb;0\n")
    corpus = open_corpus(tmp_path / "x.csv", reading=ReadingOptions(delimiter=";", text_columns=("text",)))
    told = corpus.reading.describe(survey(corpus))
    assert {name: value for name, value in told.items() if value} == {
        "text_columns": ["text"],
        "delimiter": ";",
        "labels": {"0": 0, "4": 4},
    }
    shuffled = shuffle_corpus(corpus, 3)
    assert shuffled.reading.describe(survey(shuffled)) == told | {"shuffle_seed": 3}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({}, {}, True),
        ({"format": "csv"}, {}, True),
        ({"format": "csv"}, {"format": "tsv"}, False),
        ({"encoding": "latin-1"}, {}, False),
        ({"encoding": "latin-1"}, {"encoding": "latin-1", "format": "csv"}, True),
    ],
)
def test_readings_are_compared(one, other, same):
    assert same_reading(one, other) is same_reading(other, one) is same


def test_choice_is_written_as_on_the_command_line():
    reading = ReadingOptions(delimiter="\t", no_quotes=True, labels={"1": "a", "2": None})
    assert as_options(reading.chosen()) == "--delimiter \\t --no-quotes --labels 1=a,2="


@pytest.mark.parametrize("name", ["text_columns", "text_column"])
def test_flag_is_that_of_the_command_line(name):
    assert flag(name) == "--text-column"
