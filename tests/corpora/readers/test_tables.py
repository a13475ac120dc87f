"""The CSV reader reads what csv.reader reads, and names every fault by its line."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.corpora.readers.contract import BadRows
from movieclassifier.corpora.readers.csv_rows import MAX_FIELD_SIZE
from movieclassifier.corpora.readers.tables import iter_csv

BOOK = {"0": 0, "1": 1}


def written(tmp_path, content, name="movie_data.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    "content",
    [
        'review,sentiment\n"Great, ""great""!",1\nAwful.,0\n',
        'review,sentiment\r\n"Great, ""great""!",1\r\nAwful.,0\r\n',
        'review,sentiment\r"Great, ""great""!",1\rAwful.,0\r',
        'review,sentiment\n"Great, ""great""!",1\nAwful.,0',
        'review,sentiment\n\n"Great, ""great""!",1\n\n"Awful.","0"\n\n',
        '\ufeffreview,sentiment\n"Great, ""great""!",1\nAwful.,0\n',
        'sentiment,id,review\n1,a,"Great, ""great""!"\n0,"b,\n",Awful.\n',
        'Label,Text\n1,"Great, ""great""!"\n0,Awful.\n',
    ],
    ids=["LF", "CRLF", "CR", "no line break at the end", "blank lines", "BOM", "other columns", "other names"],
)
def test_csv_is_read_as_csv(tmp_path, content):
    path = written(tmp_path, content)
    assert list(iter_csv(path, BOOK)) == [('Great, "great"!', 1), ("Awful.", 0)]


def test_line_breaks_inside_quotes_are_kept(tmp_path):
    path = written(tmp_path, 'review,sentiment\r\n"one\r\ntwo\n\rthree",1\r\nAwful.,0\r\n')
    assert list(iter_csv(path)) == [("one\r\ntwo\n\rthree", "1"), ("Awful.", "0")]


@pytest.mark.parametrize(
    ("content", "options"),
    [
        ("review;sentiment\nso, so;1\n", {"delimiter": ";"}),
        ("so, so\t1\n", {"delimiter": "\t", "header": False}),
        ("1;7;so, so\n", {"delimiter": ";", "header": False, "text_column": 2, "label_column": "0"}),
        ("stars;7;body\n1;7;so, so\n", {"delimiter": ";", "text_column": "body", "label_column": "stars"}),
        ("1;7;1\n1;7;so, so\n", {"delimiter": ";", "text_column": 2, "label_column": 0}),
        ("2;0;1\n7;1;so, so\n", {"delimiter": ";", "text_column": "1", "label_column": "0"}),
    ],
)
def test_columns_are_found_by_name_or_number(tmp_path, content, options):
    assert list(iter_csv(written(tmp_path, content), **options)) == [("so, so", "1")]


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16", "UTF_8", "utf-8-sig"])
def test_encoding_is_used(tmp_path, encoding):
    path = written(tmp_path, 'review,sentiment\n"café, très bon",1\n'.encode(encoding))
    assert list(iter_csv(path, BOOK, encoding=encoding)) == [("café, très bon", 1)]


def test_field_of_a_megabyte_is_read(tmp_path):
    long = "spam, " * 200_000
    path = written(tmp_path, f'review,sentiment\n"{long}",1\n"line\nbreak {long}",0\n')
    assert [len(text) for text, _ in iter_csv(path)] == [1_200_000, 1_200_011]


HEADER = "review,sentiment\n"

FAULTS = {
    "empty": ("", {}, r": the file is empty; expected a header"),
    "empty, no header": ("", {"header": False}, r": the file is empty; expected rows"),
    "blank lines only": ("\n\n", {}, r": the file is empty"),
    "header only": (HEADER, {}, r"movie_data\.csv: there are no rows below the header\."),
    "wrong header": (
        "a,b\nx,1\n",
        {},
        r"line 1: expected columns such as review,sentiment; got a,b\. Pass ReadingOptions\(text_c",
    ),
    "wide wrong header": (
        "a," * 99 + "\n",
        {},
        r"got (a,){60}…\. Pass ReadingOptions\(text_columns=…\), or ReadingOptions\(no_header",
    ),
    "no such column": (HEADER, {"text_column": "x"}, r"line 1: no column is called .x.; the columns are review,sentim"),
    "no such number": (
        HEADER,
        {"text_column": 2},
        r"no column 2; there are 2, from 0\. Pass a different ReadingOptions\(text",
    ),
    "negative number": (
        HEADER,
        {"label_column": -1},
        r"no column -1; there are 2, .+ a different ReadingOptions\(label_column",
    ),
    "two of that name": (
        "review,sentiment,review\n",
        {},
        r"2 columns are called 'review'; pass ReadingOptions\(text_columns=…\) with a number",
    ),
    "same column": (
        HEADER,
        {"label_column": 0},
        r"text and label are both in column 0; pass different ReadingOptions\(text_columns",
    ),
    "name, no header": (
        "a,b\n",
        {"header": False, "text_column": "x"},
        r"without a header columns have numbers from 0",
    ),
    "three, no header": (
        "a,b,c\n",
        {"header": False},
        r"which of the 3 columns\? Pass ReadingOptions\(text_columns=…\) with a number",
    ),
    "unknown label": (
        HEADER + "good,1\nbad,5\n",
        {},
        r"line 3: sentiment must be one of 0, 1; got '5'\. Pass ReadingOptions\(labels=…\) to map other values\.",
    ),
    "unknown label, no header": ("x,1\nx,\n", {"header": False}, r"line 2: column 1 must be one of 0, 1; got ''\."),
    "missing field": (HEADER + "good,1\nbad\n", {}, r"line 3: expected 2 fields, got 1\. Put quotes around texts"),
    "extra field": (HEADER + "good, very,1\n", {}, r"line 2: expected 2 fields, got 3\. Put quotes around texts"),
    "unclosed quote": (
        HEADER + 'good,1\n"bad,0\ngood,1\n',
        {},
        r"line 3: a quote is opened in this row and never close",
    ),
    "unclosed, then another": (
        HEADER + '"bad,0\n"good",1\n',
        {},
        r"line 2: text after a closing quote; a quote inside",
    ),
    "stray return": (HEADER + 'x"y\rz,1\n', {}, r"line 2: expected 2 fields, got 1"),
    "huge field": (
        HEADER + '"' + (999 * "x" + "\n") * (MAX_FIELD_SIZE // 999),
        {},
        r"line 2: a field of more than 16,777,216 charac",
    ),
    "NUL": (
        HEADER + "good,1\nb\0d,0\n",
        {},
        r"line 3: a NUL byte, which no text holds; .+ ReadingOptions\(encoding='utf-16'",
    ),
    "UTF-16": (HEADER.encode("utf-16-le"), {}, r"line 1: this looks like UTF-16 without a byte order mark"),
    "not UTF-8": (
        (HEADER + "good,1\ncafé,0\n").encode("latin-1"),
        {},
        r"line 3: the byte 0xe9 is not utf-8; .+ ReadingOptions\(encod",
    ),
    "header not UTF-8": (b"review,sentiment,caf\xe9\n", {}, r"line 1: the byte 0xe9 is not utf-8"),
    "label not UTF-8": (HEADER.encode() + b"x,\xe9\n", {}, r"line 2: the byte 0xe9 is not utf-8"),
    "cut UTF-16": (
        HEADER.encode("utf-16") + b"x",
        {"encoding": "utf-16"},
        r"this is not utf-16 \(truncated data\); pass its encoding",
    ),
    "unknown encoding": (HEADER, {"encoding": "utf-9"}, r"encoding 'utf-9' is unknown; utf-8, latin-1"),
    "no text encoding": (HEADER, {"encoding": "rot13"}, r"encoding 'rot13' is unknown"),
    "long delimiter": (HEADER, {"delimiter": ";;"}, r"the delimiter must be one character, .+; got ';;'"),
    "quote delimiter": (HEADER, {"delimiter": '"'}, r"the delimiter must be one character"),
    "negative skip": (HEADER, {"skip_bad_rows": -1}, r"skip_bad_rows must be at least 0, got -1"),
}


@pytest.mark.parametrize(("content", "options", "message"), FAULTS.values(), ids=FAULTS)
def test_fault_is_named(tmp_path, content, options, message):
    path = written(tmp_path, content)
    with pytest.raises(ValueError, match=message):
        list(iter_csv(path, BOOK, **options))


def test_fault_names_the_path(tmp_path):
    path = written(tmp_path, HEADER + "bad,5\n")
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        list(iter_csv(path, BOOK))
    assert str(caught.value).startswith(f"{path}, line 2: ")


def test_missing_file_is_refused_at_the_call(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.csv: there is no such file\."):
        iter_csv(tmp_path / "nowhere.csv")


def test_folder_is_refused_at_the_call(tmp_path):
    with pytest.raises(
        IsADirectoryError, match=r"this is a folder, but csv reads a file; .+ ReadingOptions\(format='folders'"
    ):
        iter_csv(tmp_path)


def test_bad_limit_is_a_type_error(tmp_path):
    with pytest.raises(TypeError, match="skip_bad_rows must be an int, got str"):
        iter_csv(written(tmp_path, HEADER), skip_bad_rows="3")


BAD_ROWS = b'good,1\nshort\ncaf\xe9,1\nfine,0\nn\0l,1\n"x"y,1\nbad,7\nwell,1\n'


def test_bad_rows_are_skipped_and_counted(tmp_path):
    bad_rows = BadRows(5)
    documents = list(iter_csv(written(tmp_path, HEADER.encode() + BAD_ROWS), BOOK, skip_bad_rows=bad_rows))
    assert documents == [("good", 1), ("fine", 0), ("well", 1)]
    assert bad_rows.n_skipped == 5
    assert [message.split("line ")[1][0] for message in bad_rows.messages] == ["3", "4", "6", "7", "8"]


def test_one_bad_row_more_than_allowed_is_an_error(tmp_path):
    path = written(tmp_path, HEADER.encode() + BAD_ROWS)
    with pytest.raises(ValueError, match=r"line 8: sentiment .+ 4 bad rows were skipped before, as allowed\."):
        list(iter_csv(path, BOOK, skip_bad_rows=4))


def test_only_the_first_messages_are_kept(tmp_path):
    bad_rows = BadRows(100)
    list(iter_csv(written(tmp_path, HEADER + "x\n" * 50 + "good,1\n"), skip_bad_rows=bad_rows))
    assert (bad_rows.n_skipped, len(bad_rows.messages)) == (50, 5)


def test_file_of_bad_rows_only_is_an_error(tmp_path):
    path = written(tmp_path, HEADER + "x\n" * 50)
    with pytest.raises(ValueError, match="there are no rows below the header but the 50 that were skipped"):
        list(iter_csv(path, skip_bad_rows=50))


@given(st.lists(st.tuples(st.text(st.characters(codec="utf-8", exclude_characters="\0")), st.sampled_from("01"))))
def test_what_csv_writes_comes_back(tmp_path_factory, documents):
    path = tmp_path_factory.mktemp("csv") / "x.csv"
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("review", "sentiment"), *documents, ("the end", "1")])
    assert list(iter_csv(path)) == [*documents, ("the end", "1")]


@pytest.mark.parametrize(("end", "order"), [("le", "little"), ("be", "big")])
def test_utf_16_without_a_mark_is_told_from_damage(tmp_path, end, order):
    path = written(tmp_path, (HEADER + "good,1\n").encode(f"utf-16-{end}"))
    with pytest.raises(
        ValueError,
        match=rf"this looks like UTF-16 without a byte order mark; pass ReadingOptions\(encoding='utf-16-{end}'",
    ):
        list(iter_csv(path))
    assert list(iter_csv(path, encoding=f"utf-16-{end}")) == [("good", "1")]


@pytest.mark.parametrize("order", ["le", "be"])
def test_utf_32_read_as_utf_16_is_named(tmp_path, order):
    path = written(tmp_path, (HEADER + "good,1\n").encode(f"utf-32-{order}"))
    with pytest.raises(ValueError, match=f"this looks like UTF-32 .+; pass ReadingOptions.encoding=.utf-32-{order}"):
        list(iter_csv(path, encoding=f"utf-16-{order}"))


def test_terminal_does_not_obey_names_of_columns(tmp_path):
    path = written(tmp_path, "a\x1b[2J,b\nx,1\n")
    with pytest.raises(ValueError, match=r"got a\\x1b\[2J,b\."):
        list(iter_csv(path))
    path = written(tmp_path, "text,\x9b2J\nx,5\n")
    with pytest.raises(ValueError, match=r"line 2: \\x9b2J must be one of 0, 1; got '5'"):
        list(iter_csv(path, BOOK, text_column=0, label_column=1))
