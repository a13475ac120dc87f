"""Each message says what is wrong with a table, and what to do."""

import pytest

from movieclassifier.corpora.readers.table_faults import one_column, wrong_length
from movieclassifier.corpora.readers.tables import iter_csv


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("<!DOCTYPE html>\n<html><body>404</body></html>\n", "a web page"),
        ("\ufeff<html lang='en'>\n<p>Sign in</p>\n", "a web page"),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:5e4f\nsize 12345\n", "a pointer of Git LFS"),
    ],
)
def test_a_download_that_brought_no_table_is_named(tmp_path, content, kind):
    path = tmp_path / "movie_data.csv"
    path.write_text(content, "utf-8", newline="")
    with pytest.raises(ValueError, match=f"line 1: this is {kind}; .+ the file itself\\.?$"):
        list(iter_csv(path))


@pytest.mark.parametrize(
    ("field", "delimiter", "advice"),
    [
        ("review;sentiment", ",", r"delimiter=';'\), which seems to part this file"),
        ("review\tsentiment", ",", r"delimiter='\\t'\), which seems to part this file"),
        ("review;sentiment", ";", "expected text and label, such as review,sentiment"),
        ("review", ",", "expected text and label, such as review,sentiment"),
    ],
)
def test_the_delimiter_that_seems_to_be_right_is_named(field, delimiter, advice):
    with pytest.raises(ValueError, match=advice):
        raise ValueError(one_column(field, delimiter))


def test_a_row_of_a_different_length_is_told_with_both_lengths():
    message = wrong_length(["a", "b", "c"], 2)
    assert message.startswith("expected 2 fields, got 3. Put quotes around")
    assert message.endswith("ReadingOptions(skip_bad_rows=N).")
