"""Rows are those of csv.reader."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from movieclassifier.corpora.readers import csv_lines, csv_rows
from movieclassifier.corpora.readers.contract import BadRows
from movieclassifier.corpora.readers.csv_rows import MAX_FIELD_SIZE
from movieclassifier.corpora.readers.dialects import Dialect
from movieclassifier.corpora.readers.tables import iter_csv


def written(tmp_path, content, name="movie_data.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


HEADER = "review,sentiment\n"


def test_field_limit_of_the_host_is_never_lowered(tmp_path):
    limit = csv.field_size_limit(MAX_FIELD_SIZE * 2)
    try:
        list(iter_csv(written(tmp_path, HEADER + "x,1\n")))
        assert csv.field_size_limit() == MAX_FIELD_SIZE * 2
    finally:
        csv.field_size_limit(limit)


@pytest.mark.parametrize(
    "short", [1, csv_lines.SHORT], ids=["the short cut wherever it can", "csv.reader for short texts"]
)
@given(content=st.text(st.sampled_from('",;\n\r ab\u2028\x1cé'), max_size=40), delimiter=st.sampled_from(",;"))
@example('"a""",b\n"",""""\n', ",")
@example('a"b,"c\nd",e', ",")
def test_rows_are_those_of_csv_reader(short, content, delimiter):
    def lines():
        return io.StringIO(content, newline="")

    expected, fault = [], False
    reader = csv.reader(lines(), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            expected.append(row)
    except csv.Error:
        fault = True
    found = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_lines, "SHORT", short)
        try:
            for _, row in csv_rows.iter_rows(lines(), Dialect(delimiter), "x.csv", BadRows()):
                found.append(row)
        except ValueError:
            assert fault
        else:
            assert not fault
    assert found == [row for row in expected if row]
