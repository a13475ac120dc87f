"""The compiled twin reads a CSV as the definition does: the same documents, the same faults, the same lines."""

import gzip
import random
from collections import Counter
from itertools import islice, product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from movieclassifier.corpora.readers import csv_blocks
from movieclassifier.corpora.readers.compression import import_zstd
from movieclassifier.corpora.readers.contract import BadRows
from movieclassifier.corpora.readers.formats import READERS
from movieclassifier.corpora.stream import BatchStream
from movieclassifier.corpora.tallies import tallies_of
from movieclassifier.corpora.without_text import WithoutText
from movieclassifier.system.compiled import PURE_PYTHON, csv_rows_twin

pytestmark = pytest.mark.skipif(csv_rows_twin() is None, reason="no compiled twin")


def outcome(path, **options):
    """Return the documents, the message of the error, those about bad rows, and what counting finds."""
    limit = options.pop("skip_bad_rows", 0)
    read, counted = BadRows(limit), BadRows(limit)
    documents, message = [], ""
    try:
        documents.extend(READERS["csv"](path, skip_bad_rows=read, **options))
    except ValueError as error:
        message = str(error)
    found = total_of(lambda: READERS["csv"](path, skip_bad_rows=counted, **options).tallies())
    assert found == (*total_of(lambda: tallies_of(documents))[:3], message)
    assert counted.messages == read.messages
    check_batches(READERS["csv"](path, skip_bad_rows=BadRows(limit), **options), documents, message)
    return documents, message, read.messages, read.n_skipped, found


def check_batches(table, documents, message):
    """Take documents many at a time; those right before an error go with it."""
    stream, found, error = BatchStream(table.batches()), [], ""
    try:
        while labels := (batch := stream.take(3))[1]:
            found += zip(batch[0], labels, strict=True)
            found += islice(stream, 1)
    except ValueError as fault:
        error = str(fault)
    assert error == message
    assert found == documents[: len(found)]
    assert len(documents) - len(found) <= (2 if message else 0)


def total_of(tallies):
    """Return what tallies add up to, with the labels in the order in which they came, and the message of the error."""
    counts, without_text, message = Counter(), WithoutText(), ""
    try:
        for more, empty in tallies():
            without_text = without_text.followed_by(counts.total(), empty)
            counts.update(more)
    except ValueError as error:
        message = str(error)
    return dict(counts), list(counts), without_text, message


def both(path, block_size=2**18, **options):
    """Return what the twin does and what the definition does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_blocks, "BLOCK_SIZE", block_size)
        twin = outcome(path, **options)
        patch.setenv(PURE_PYTHON, "1")
        return twin, outcome(path, **options)


PIECES = st.sampled_from(
    [
        *'",;\n\r ab01é\0',
        '""',
        "\r\n",
        '","',
        '"a ""b"" c"',
        '"two\nlines"',
        ",1\n",
        ",0\r\n",
        "text,label\n",
        "nan",
        "\u2028",
        '" \u3000\x85",1\n',
        '"\u00a0é",0\n',
        "x" * 300,
    ]
)
ROWS = st.lists(st.one_of(st.sampled_from(['"a",1\n', "b,0\n", '"c ""d""\ne",1\r\n', "\n"]), PIECES), max_size=30).map(
    "".join
)


@given(
    content=ROWS,
    damage=st.sampled_from([None, None, b"\xff", b"\xed\xa0\x80", b"\xc3", b"\xef\xbb\xbf"]),
    at=st.floats(0, 1),
    block_size=st.integers(1, 40),
    labels=st.sampled_from([None, {"0": 0, "1": 1}, {"0": None, "1": 1}]),
    skip_bad_rows=st.sampled_from([0, 2, 99]),
    header=st.sampled_from([True, True, False]),
)
@example('"a",1\n"b', None, 0, 1, None, 0, True)
@example('a,1\n"b\r\nc",x\nd\n', None, 0, 3, {"1": 1}, 0, True)
@example("a,1\r", None, 0, 2, None, 0, True)
def test_twin_and_definition_agree(tmp_path_factory, content, damage, at, block_size, labels, skip_bad_rows, header):
    written = content.encode()
    if damage:
        position = int(at * len(written))
        written = written[:position] + damage + written[position:]
    path = tmp_path_factory.mktemp("blocks") / "x.csv"
    path.write_bytes(b"text,label\n" + written)
    twin, definition = both(path, block_size, labels=labels, skip_bad_rows=skip_bad_rows, header=header)
    assert twin == definition


@given(
    rows=st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=3, max_size=3), max_size=9
    ),
    delimiter=st.sampled_from(",;\t| "),
    ending=st.sampled_from(["\n", "\r\n"]),
    block_size=st.integers(1, 100),
    columns=st.permutations([0, 1, 2]),
)
def test_columns_and_delimiters_agree(tmp_path_factory, rows, delimiter, ending, block_size, columns):
    path = tmp_path_factory.mktemp("columns") / "x.csv"
    names = ["text", "label", "id"]
    lines = [delimiter.join(names[i] for i in columns)]
    for row in rows:
        fields = [*row[:1], row[1].strip() or "x", *row[2:]]
        lines.append(delimiter.join('"' + fields[i].replace('"', '""') + '"' for i in columns))
    path.write_bytes((ending.join(lines) + ending).encode())
    twin, definition = both(path, block_size, delimiter=delimiter, skip_bad_rows=99)
    assert twin == definition


@pytest.mark.parametrize("pack", [bytes, gzip.compress, import_zstd("this test").compress])
def test_long_files_are_read_block_by_block(tmp_path, pack):
    rng = random.Random(1)
    texts = ["".join(rng.choices('ab ,\n"é', k=rng.randrange(900))) for _ in range(2000)]
    rows = [f'"{text.replace(chr(34), chr(34) * 2)}",{i % 2}\n' for i, text in enumerate(texts)]
    (tmp_path / "x.csv").write_bytes(pack(("text,label\n" + "".join(rows)).encode()))
    documents = list(READERS["csv"](tmp_path / "x.csv"))
    assert documents == [(text, str(i % 2)) for i, text in enumerate(texts)]


@pytest.mark.parametrize("row", ["bad\n", 'a,"b"c\n', "x,\n", "x\0,1\n", '"never closed\n', "text,label\n"])
def test_row_behind_many_blocks_is_named_by_its_line(tmp_path, row):
    path = tmp_path / "x.csv"
    path.write_text("text,label\n" + '"a\nb",1\r\n' * 1000 + row + "c,0\n", newline="")
    twin, definition = both(path, 1000)
    assert twin == definition
    assert "line 2002: " in twin[1]
    assert len(twin[0]) == 1000


def test_row_that_is_longer_than_blocks_is_read(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("text,label\n" + f'"{"spam, " * 500_000}",1\nx,0\n')
    twin, definition = both(path, 1000)
    assert twin == definition
    assert [len(text) for text, _ in twin[0]] == [3_000_000, 1]


def test_row_that_is_too_long_is_refused_without_reading_on(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text('text,label\na,1\n"' + "spam, spam\n" * 3_000_000)
    with pytest.raises(ValueError, match=r"line 3: a field of more than 16,777,216 characters"):
        list(READERS["csv"](path))


def test_twin_is_used(tmp_path, monkeypatch):
    path = tmp_path / "x.csv"
    path.write_text("text,label\n" + "a,1\n" * 10)
    monkeypatch.setattr("movieclassifier.corpora.readers.table_documents.lines_from", None)
    assert len(list(READERS["csv"](path))) == 10


def is_text(content):
    try:
        return "\0" not in content.decode()
    except UnicodeDecodeError:
        return False


def test_twin_knows_utf8_and_blanks_as_python_does():
    twin = csv_rows_twin()
    edges = bytes([0x00, 0x20, 0x41, 0x7F, 0x80, 0x85, 0x8F, 0x90, 0x9F, 0xA0, 0xA8, 0xBF, 0xC0, 0xFF])
    starts = [bytes([byte]) for byte in range(256) if chr(byte) not in '\n\r",']
    cases = [
        start + bytes(rest) for n in range(4) for start in starts for rest in product(edges[-10:], repeat=min(n, 2))
    ]
    cases += [
        start + bytes([byte]) + tail
        for start in starts
        for byte in edges
        for tail in (b"\x80", b"\x80\x80", b"\xbf\xbf")
    ]
    cases += [b"twelve bytes" + case + b"behind it" for case in cases] + [
        chr(i).encode() for i in range(0x3100) if chr(i) not in '\n\r",'
    ]
    for case in cases:
        block = bytearray(b'"' + case + b'",1\n')
        (counts, n_blank, first), n_rows, stop, why = twin.count_rows(
            block, 0, len(block), 2, 0, 1, ord(","), {b"1": "1"}, True
        )
        if is_text(case):
            blank = case.decode().isspace()
            assert (counts, n_blank, first, n_rows, stop, why) == ({"1": 1}, blank, blank, 1, len(block), twin.END), (
                case
            )
        else:
            assert (counts, n_blank, first, n_rows, stop, why) == ({}, 0, 0, 0, 0, twin.UNUSUAL), case
