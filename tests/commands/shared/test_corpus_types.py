"""What is typed for an option of a corpus is a format or a mapping of labels, or is refused."""

import re

import click
import pytest

from movieclassifier.commands.shared.corpus_types import FormatNames, FormatOption, LabelMapping
from movieclassifier.corpora.readers.formats import READERS


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ("1=a,1=b", "'1=a,1=b' maps a value to two labels"),
        ("1=a,1 =b", "maps a value to two labels"),
        ("1=a,,2=b", "'' is not a mapping; write 0=negative,4=positive"),
        ("=a", "'=a' is not a mapping"),
        ("foo", "'foo' is not a mapping; write 0=negative,4=positive."),
        ("1=,2=", "'1=,2=' leaves all documents out"),
    ],
)
def test_mapping_without_sense_is_refused(labels, message):
    with pytest.raises(click.BadParameter, match=re.escape(message)):
        LabelMapping().convert(labels, None, None)


def test_labels_are_integers_only_if_all_are():
    assert LabelMapping().convert("1=0,3=,5=1", None, None) == {"1": 0, "3": None, "5": 1}
    assert LabelMapping().convert("1=bad,3=3,5=5", None, None) == {"1": "bad", "3": "3", "5": "5"}


def test_a_format_is_one_of_the_readers():
    assert FormatNames().convert("csv", None, None) == "csv"
    with pytest.raises(click.BadParameter, match="'spss' is not one of 'csv'"):
        FormatNames().convert("spss", None, None)


def test_the_help_of_a_format_lists_all():
    option = FormatOption(["--format"], type=FormatNames(), help="Read CORPUS in this format.")
    _, help = option.get_help_record(click.Context(click.Command("train")))
    assert f"in this format: {', '.join(READERS)}." in help
