"""A line that is split without csv.reader has the same fields."""

import csv

from hypothesis import example, given
from hypothesis import strategies as st

from movieclassifier.corpora.readers.csv_lines import split_line


@given(st.text(st.sampled_from('aL, "')))
@example('1,"L","L"')
@example('1,"L""L",2')
@example('1,"L"L",2')
@example('1, "L",2')
def test_it_is_split_as_csv_reader_splits_it_or_left_to_it(line):
    line = line.replace("L", "long, " * 50) + "\n"
    row = split_line(line, ",")
    assert row is None or row == (next(csv.reader([line], strict=True)) or [""])


def test_long_texts_are_split():
    assert split_line(f'1,"so ""{"long" * 60}"", and",2\n', ",") == ["1", f'so "{"long" * 60}", and', "2"]
