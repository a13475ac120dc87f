"""Text and label are found among the columns of a table."""

import pytest

from movieclassifier.corpora.readers.columns import LABEL_COLUMNS, TEXT_COLUMNS, Choice, find_columns


@pytest.mark.parametrize("text", TEXT_COLUMNS)
@pytest.mark.parametrize("label", LABEL_COLUMNS)
def test_usual_names_are_found_in_any_case(text, label):
    found = find_columns(Choice(), ["id", label.upper(), f" {text.title()} "], 3, "x.csv, line 1")
    assert (found.texts, found.label) == ((2,), 1)


def test_first_of_several_usual_names_counts():
    found = find_columns(Choice(), ["content", "review", "stars", "sentiment"], 4, "x.csv, line 1")
    assert (found.texts, found.label) == ((1,), 3)


@pytest.mark.parametrize("names", [["0", "1"], ["", "0", "1"]])
def test_numbers_are_the_books_columns_unless_columns_are_chosen(names):
    assert find_columns(Choice(), names, len(names), "x.csv, line 1").label_name == "sentiment"
    chosen = find_columns(Choice("1", "0"), names, len(names), "x.csv, line 1")
    assert (chosen.texts, chosen.label) == ((names.index("1"),), names.index("0"))


@pytest.mark.parametrize("choice", [Choice("x"), Choice(label="x"), Choice(5), Choice(("text", "x"))])
def test_column_that_is_not_there_is_named(choice):
    with pytest.raises(ValueError, match=r"x\.csv, line 1: no column (is called 'x'|5)"):
        find_columns(choice, ["text", "label"], 2, "x.csv, line 1")
