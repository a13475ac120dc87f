"""Ranges of a CSV hold all of its rows, each whole: no line break inside quotes is taken for the end of one."""

import csv
import io
import random

import pytest

from movieclassifier.corpora import ranges
from movieclassifier.corpora.ranges import Range, cut_rows
from movieclassifier.corpora.readers.records import RecordFormat

HEADER = b"text,label\n"


def rows_of(content, delimiter=","):
    return [row for row in csv.reader(io.StringIO(content.decode(), newline=""), delimiter=delimiter) if row]


def random_csv(rng):
    """Return a CSV as programs and people write them, with quotes and line breaks where they hurt."""
    pieces = ["a", "b c", ",", "\n", "\r\n", '"', '""', '","', '"\n"', "é", "", " ", "x" * 40, "1", "'"]
    quoting = rng.choice([csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC])
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=quoting, lineterminator=rng.choice(["\n", "\r\n"]))
    for _ in range(rng.randrange(1, 40)):
        writer.writerow(["".join(rng.choices(pieces, k=rng.randrange(6))), rng.choice("01")])
        if rng.random() < 0.1:  # a quote that is a letter
            out.write(f'{rng.choice(["5", "x"])}" disc,1\n')
        if rng.random() < 0.05:
            out.write("\n")
    content = out.getvalue()
    return (content[:-1] if rng.random() < 0.2 else content).encode()


@pytest.mark.slow
def test_rows_of_a_thousand_random_files_are_those_of_csv_reader(tmp_path, monkeypatch):
    n_cut = 0
    for seed in range(1000):
        rng = random.Random(seed)
        content = random_csv(rng)
        path = tmp_path / "x.csv"
        path.write_bytes(HEADER + content)
        monkeypatch.setattr(ranges, "BLOCK_SIZE", rng.choice([1, 3, 17, 1000]))
        found = cut_rows(path, rng.randrange(1, 9))
        assert b"".join(one.read() for one in found) == content, seed
        # A file may end within quotes here only if it is refused, which cut_rows would have said.
        assert [row for one in found for row in rows_of(one.read())] == rows_of(content), seed
        n_cut += len(found) > 1
    assert n_cut > 700


def test_ranges_are_of_about_the_same_size(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(HEADER + b'"a text,\nover ""two"" lines",1\n' * 10_000)
    sizes = [one.stop - one.start for one in cut_rows(path, 7)]
    assert len(sizes) == 7
    assert max(sizes) - min(sizes) < 100


@pytest.mark.parametrize(
    ("name", "content", "options"),
    [
        ("x.jsonl", b'{"a": "\\"b"}\n' * 20, {"quoted": False, "header": False}),
        ("x.tsv", b"text\tlabel\n" + b'"a\nb"\t1\n' * 20, {"delimiter": "\t"}),
        ("x.csv", b"\xef\xbb\xbf" + HEADER + b'"a\nb",1\r\n' * 20, {}),
        ("x.csv", b"sep=;\ntext;label\n" + b'"a\nb";1\n' * 20, {}),
        ("x.csv", HEADER + b'"a \\"b\\"\nc",1\n' * 20, {}),
        ("x.csv", HEADER + b'1, "a,\nb"\n' * 20, {}),
        ("x.csv", b'"a\nb",1\n' * 20, {"header": False}),
    ],
    ids=["JSON lines", "TSV", "BOM", "Excel", "escaped", "spaced", "no header"],
)
def test_other_kinds_are_cut_at_rows(tmp_path, name, content, options):
    path = tmp_path / name
    path.write_bytes(content)
    found = cut_rows(path, 5, RecordFormat(**options) if options else None)
    n_head = len(content) - sum(one.stop - one.start for one in found)
    assert len(found) == 5
    assert b"".join(one.read() for one in found) == content[n_head:]
    row = content[n_head:][: (len(content) - n_head) // 20]
    assert all(one.read() == row * (len(one.read()) // len(row)) for one in found)


def test_quote_that_is_never_closed_is_refused(tmp_path):
    (tmp_path / "x.csv").write_bytes(HEADER + b'a,1\n"b,1\nc,0\n')
    with pytest.raises(ValueError, match=r"x\.csv, line 3: a quote is opened in this row and never closed"):
        cut_rows(tmp_path / "x.csv", 4)


def test_compressed_file_is_refused(tmp_path):
    (tmp_path / "x.csv.gz").write_bytes(b"\x1f\x8b" + bytes(20))
    with pytest.raises(ValueError, match=r"x\.csv\.gz: a compressed file cannot be read from the middle"):
        cut_rows(tmp_path / "x.csv.gz", 4)


def test_number_of_ranges_is_checked(tmp_path):
    (tmp_path / "x.csv").write_bytes(HEADER)
    with pytest.raises(ValueError, match="the number of ranges must be at least 1; got 0"):
        cut_rows(tmp_path / "x.csv", 0)


def test_file_without_rows_has_no_ranges(tmp_path):
    (tmp_path / "x.csv").write_bytes(HEADER)
    assert cut_rows(tmp_path / "x.csv", 4) == []


def test_file_that_became_shorter_is_told(tmp_path):
    (tmp_path / "x.csv").write_bytes(HEADER)
    with pytest.raises(ValueError, match=r"x\.csv is shorter than it was when it was cut"):
        Range(tmp_path / "x.csv", 0, 100).read()


def test_blank_lines_between_mark_and_header_are_refused(tmp_path):
    (tmp_path / "x.csv").write_bytes(b"\xef\xbb\xbf\n\n" + HEADER + b"a,1\n")
    with pytest.raises(ValueError, match="there are blank lines above the header"):
        cut_rows(tmp_path / "x.csv", 4)
