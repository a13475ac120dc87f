"""The CSV reader reads what csv.reader reads, and names every fault by its line."""

import csv
import hashlib
import io
import os

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from movieclassifier.corpora.corpus import Corpus, open_corpus
from movieclassifier.corpora.readers import csv_rows
from movieclassifier.corpora.readers.contract import BadRows
from movieclassifier.corpora.readers.csv_rows import MAX_FIELD_SIZE
from movieclassifier.corpora.readers.tables import iter_csv
from movieclassifier.corpora.reading import ReadingOptions
from movieclassifier.corpora.survey import find_labels, survey

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
    "wrong header": ("a,b\nx,1\n", {}, r"line 1: expected columns such as review,sentiment; got a,b\. Pass --text-c"),
    "wide wrong header": ("a," * 99 + "\n", {}, r"got (a,){60}…\. Pass --text-column, or --no-header"),
    "no such column": (HEADER, {"text_column": "x"}, r"line 1: no column is called .x.; the columns are review,sentim"),
    "no such number": (HEADER, {"text_column": 2}, r"no column 2; there are 2, from 0\. Pass another --text"),
    "negative number": (HEADER, {"label_column": -1}, r"no column -1; there are 2, .+ another --label-column"),
    "two of that name": (
        "review,sentiment,review\n",
        {},
        r"2 columns are called 'review'; pass --text-column a number",
    ),
    "same column": (HEADER, {"label_column": 0}, r"text and label are both in column 0; pass another --text-column"),
    "name, no header": (
        "a,b\n",
        {"header": False, "text_column": "x"},
        r"without a header columns have numbers from 0",
    ),
    "three, no header": ("a,b,c\n", {"header": False}, r"which of the 3 columns\? Pass --text-column with a number"),
    "unknown label": (
        HEADER + "good,1\nbad,5\n",
        {},
        r"line 3: sentiment must be one of 0, 1; got '5'\. Pass --labels to map other values\.",
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
    "NUL": (HEADER + "good,1\nb\0d,0\n", {}, r"line 3: a NUL byte, which no text holds; .+ --encoding utf-16"),
    "UTF-16": (HEADER.encode("utf-16-le"), {}, r"line 1: a NUL byte"),
    "not UTF-8": (
        (HEADER + "good,1\ncafé,0\n").encode("latin-1"),
        {},
        r"line 3: the byte 0xe9 is not utf-8; .+ --encod",
    ),
    "header not UTF-8": (b"review,sentiment,caf\xe9\n", {}, r"line 1: the byte 0xe9 is not utf-8"),
    "label not UTF-8": (HEADER.encode() + b"x,\xe9\n", {}, r"line 2: the byte 0xe9 is not utf-8"),
    "cut UTF-16": (
        HEADER.encode("utf-16") + b"x",
        {"encoding": "utf-16"},
        r"this is not utf-16 \(truncated data\); pass its --encoding",
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
    with pytest.raises(IsADirectoryError, match=r"this is a folder, but csv reads a file; .+ --format folders"):
        iter_csv(tmp_path)


def test_bad_limit_is_a_type_error(tmp_path):
    with pytest.raises(TypeError, match="skip_bad_rows must be an int, got str"):
        iter_csv(written(tmp_path, HEADER), skip_bad_rows="3")


def test_line_numbers_count_the_lines_inside_quotes(tmp_path):
    path = written(tmp_path, HEADER + '"1\n2\n3",1\n\n"4\n5",7\n')
    with pytest.raises(ValueError, match="line 6: sentiment"):
        list(iter_csv(path, BOOK))


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


def test_field_limit_of_the_host_is_never_lowered(tmp_path):
    limit = csv.field_size_limit(MAX_FIELD_SIZE * 2)
    try:
        list(iter_csv(written(tmp_path, HEADER + "x,1\n")))
        assert csv.field_size_limit() == MAX_FIELD_SIZE * 2
    finally:
        csv.field_size_limit(limit)


@pytest.mark.parametrize(
    "short", [1, csv_rows.SHORT], ids=["the short cut wherever it can", "csv.reader for short texts"]
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
        patch.setattr(csv_rows, "SHORT", short)
        try:
            for _, row in csv_rows.iter_rows(lines(), delimiter, "x.csv", BadRows()):
                found.append(row)
        except ValueError:
            assert fault
        else:
            assert not fault
    assert found == [row for row in expected if row]


@given(st.lists(st.tuples(st.text(st.characters(codec="utf-8", exclude_characters="\0")), st.sampled_from("01"))))
def test_what_csv_writes_comes_back(tmp_path_factory, documents):
    path = tmp_path_factory.mktemp("csv") / "x.csv"
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("review", "sentiment"), *documents, ("the end", "1")])
    assert list(iter_csv(path)) == [*documents, ("the end", "1")]


def test_files_are_closed_when_a_reader_is_dropped(tmp_path):
    documents = iter_csv(written(tmp_path, HEADER + "x,1\n" * 9))
    next(documents)
    documents.close()
    links = [
        os.readlink(f"/proc/self/fd/{fd}")
        for fd in os.listdir("/proc/self/fd")
        if fd.isdigit() and os.path.exists(f"/proc/self/fd/{fd}")
    ]
    assert str(tmp_path / "movie_data.csv") not in links


def test_corpus_is_read_again_and_again(tmp_path):
    corpus = open_corpus(written(tmp_path, HEADER + "good,1\nbad,0\n"))
    assert list(corpus) == list(corpus) == [("good", 1), ("bad", 0)]


def test_several_files_are_one_stream(tmp_path):
    first = written(tmp_path, HEADER + "good,1\n", "a.csv")
    second = written(tmp_path, "sentiment,review\n0,bad\n", "b.csv")
    corpus = open_corpus(first, second)
    assert list(corpus) == [("good", 1), ("bad", 0)]
    content = first.read_bytes() + second.read_bytes()
    assert survey(corpus).sha256 == hashlib.sha256(content).hexdigest()


def test_bad_rows_of_several_files_are_counted_together(tmp_path):
    paths = [written(tmp_path, HEADER + "good,1\nbad\n", name) for name in ("a.csv", "b.csv")]
    assert survey(open_corpus(*paths, reading=ReadingOptions(skip_bad_rows=2))).n_bad_rows == 2
    with pytest.raises(ValueError, match=r"b\.csv, line 3: .+ 1 bad row was skipped before"):
        list(open_corpus(*paths, reading=ReadingOptions(skip_bad_rows=1)))


@pytest.mark.parametrize(
    ("content", "counts", "labels"),
    [
        ("review,sentiment\nx,1\ny,1\n", {"1": 2}, {"0": 0, "1": 1}),
        ("text,label\nx,4\ny,0\nz,10\n", {"0": 1, "4": 1, "10": 1}, {"0": 0, "4": 4, "10": 10}),
        ("text,label\nx,-1\ny,1\n", {"-1": 1, "1": 1}, {"-1": -1, "1": 1}),
        ("text,label\nx,tech\ny,1\n", {"1": 1, "tech": 1}, {"1": "1", "tech": "tech"}),
        ("text,label\nx,01\ny,1\n", {"01": 1, "1": 1}, {"01": "01", "1": "1"}),
        ("text,label\nx,²\ny,1\n", {"1": 1, "²": 1}, {"1": "1", "²": "²"}),
    ],
)
def test_survey_finds_the_labels(tmp_path, content, counts, labels):
    found = survey(open_corpus(written(tmp_path, content)))
    assert (found.label_counts, found.labels) == (counts, labels)
    assert list(found.label_counts) == list(counts)
    assert found.n_documents == sum(counts.values())
    assert found.classes == tuple(labels[value] for value in counts)


def test_survey_counts_by_value_where_labels_are_mapped(tmp_path):
    path = written(tmp_path, "text,stars\na,1\nb,2\nc,5\n")
    labels = {"1": "negative", "2": "negative", "5": "positive"}
    found = survey(open_corpus(path, reading=ReadingOptions(labels=labels, label_column="stars")))
    assert found.label_counts == {"1": 1, "2": 1, "5": 1}
    assert found.classes == ("negative", "positive")


def test_survey_refuses_a_value_that_is_not_mapped(tmp_path):
    with pytest.raises(ValueError, match="line 2: label must be one of a, b; got 'c'"):
        survey(open_corpus(written(tmp_path, "text,label\nx,c\n"), reading=ReadingOptions(labels={"a": 0, "b": 1})))


def test_survey_refuses_a_column_of_texts_as_labels(tmp_path):
    path = written(tmp_path, "text,label\n" + "".join(f"x,text {i}\n" for i in range(1001)))
    with pytest.raises(
        ValueError, match=r"more than 1,000 different labels, such as 'text 1000'; pass the --label-col"
    ):
        survey(open_corpus(path))


def test_column_of_long_texts_is_no_label_column_and_is_not_kept(tmp_path):
    path = tmp_path / "reviews.csv"
    path.write_text("text,label\n" + f"good,{'bad ' * 300}\n" * 3)
    with pytest.raises(ValueError, match=r"reviews.csv: a label of 1,200 characters, 'bad .*…'; pass the --label-col"):
        survey(open_corpus(path))


def test_survey_tells_what_was_skipped(tmp_path):
    path = written(tmp_path, HEADER.encode() + BAD_ROWS)
    found = survey(open_corpus(path, reading=ReadingOptions(skip_bad_rows=9)))
    assert (found.n_documents, found.n_bad_rows, len(found.bad_rows)) == (3, 5, 5)
    assert "line 3: expected 2 fields" in found.bad_rows[0]


def test_corpus_without_a_path_is_refused():
    with pytest.raises(ValueError, match="no corpus; pass the path of one"):
        open_corpus()


def test_unknown_format_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"format must be one of csv.*; got 'xml'"):
        open_corpus(written(tmp_path, HEADER), reading=ReadingOptions(format="xml"))


def test_options_are_checked_when_the_corpus_is_opened(tmp_path):
    with pytest.raises(ValueError, match="encoding 'utf-9' is unknown"):
        open_corpus(written(tmp_path, HEADER), reading=ReadingOptions(encoding="utf-9"))


def test_a_corpus_is_a_value():
    assert Corpus(()) == Corpus(())


@pytest.mark.parametrize("value", ["9" * 19, "-" + "9" * 19, "9" * 5000])
def test_labels_too_large_for_numpy_are_strings(value):
    assert find_labels({value: 1, "1": 1}) == {value: value, "1": "1"}
