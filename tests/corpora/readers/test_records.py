"""Records are the bytes of rows, the header apart."""

import pytest

from movieclassifier.corpora.readers.records import RecordFormat, iter_records

CASES = {
    "quotes": (b'a,b\n"x\ny",1\n\nz,0', {}, ["a,b\n", '"x\ny",1\n', "z,0\n"]),
    "mark": (b"\xef\xbb\xbfa,b\r\nz,0\r\n", {}, ["\xef\xbb\xbfa,b\r\n", "z,0\r\n"]),
    "lines": (b'"x\ny\n', {"quoted": False, "header": False}, ["", '"x\n', "y\n"]),
    "Excel": (b"sep=;\na;b\nz;0\n", {}, ["sep=;\na;b\n", "z;0\n"]),
    "escaped": (b'a,b\n"x \\"y\\"\n,",1\n', {}, ["a,b\n", '"x \\"y\\"\n,",1\n']),
    "escape given": (b'a,b\n"x ~"\n",1\n', {"escape": "~"}, ["a,b\n", '"x ~"\n",1\n']),
    "bytes": (b"a,b\n\xff\xe9,1\n", {}, ["a,b\n", "\xff\xe9,1\n"]),
}


@pytest.mark.parametrize(("content", "options", "expected"), CASES.values(), ids=CASES)
def test_records_are_kept_byte_for_byte(tmp_path, content, options, expected):
    (tmp_path / "x.csv").write_bytes(content)
    assert list(iter_records(tmp_path / "x.csv", RecordFormat(**options))) == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b"\xff\xfea", "this is UTF-16; convert"),
        (b"\xff\xfe\0\0a\0\0\0", "this is UTF-32; convert"),
    ],
)
def test_file_without_records_is_refused(tmp_path, content, message):
    (tmp_path / "x.csv").write_bytes(content)
    with pytest.raises(ValueError, match=message):
        list(iter_records(tmp_path / "x.csv", RecordFormat()))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("x.jsonl.gz", RecordFormat(quoted=False, header=False)),
        ("x.tsv", RecordFormat(delimiter="\t")),
        ("x.csv.zst", RecordFormat()),
    ],
)
def test_format_is_told_by_the_name(tmp_path, name, expected):
    assert RecordFormat.of(tmp_path / name) == expected
