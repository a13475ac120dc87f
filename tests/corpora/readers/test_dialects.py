"""Excel's first line and Spark's escaped quotes are read as they are meant."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.corpora.readers import dialects
from movieclassifier.corpora.readers.dialects import SAMPLE_SIZE, unescaper
from movieclassifier.corpora.readers.formats import READERS
from movieclassifier.corpora.shuffling import shuffle_rows
from tests.support.patience import cpu_below

SPARK = 'text,label\n"He said \\"no\\", twice.",1\n"ends with \\"",0\n"C:\\\\",1\nplain,0\n'
DOCUMENTS = [('He said "no", twice.', "1"), ('ends with "', "0"), ("C:\\", "1"), ("plain", "0")]


def written(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize("options", [{}, {"escape": "\\"}])
def test_escaped_quotes_are_read(tmp_path, options):
    assert list(READERS["csv"](written(tmp_path / "x.csv", SPARK), **options)) == DOCUMENTS


def test_escaped_quotes_are_read_in_a_tsv(tmp_path):
    path = written(tmp_path / "x.tsv", SPARK.replace(",0", "\t0").replace(",1", "\t1").replace("text,", "text\t"))
    assert list(READERS["tsv"](path)) == DOCUMENTS


def test_different_escape_is_read(tmp_path):
    path = written(tmp_path / "x.csv", 'text,label\n"so ~"so~"",1\n')
    assert list(READERS["csv"](path, escape="~")) == [('so "so"', "1")]


def test_escape_that_is_turned_off_is_not_an_escape(tmp_path):
    with pytest.raises(ValueError, match="line 2: text after a closing quote"):
        list(READERS["csv"](written(tmp_path / "x.csv", SPARK), escape=""))


def test_backslash_at_the_end_of_a_text_is_not_an_escape_where_quotes_are_doubled(tmp_path):
    path = written(tmp_path / "x.csv", 'text,label\n"C:\\",1\n"so ""so""\\",0\n')
    assert list(READERS["csv"](path)) == [("C:\\", "1"), ('so "so"\\', "0")]


def test_escape_is_found_in_a_sample_that_ends_within_a_row(tmp_path):
    long = "x" * 70 + "\n"
    rows = SPARK + "".join(f'"a \\"b\\" {i} {long}{long}",1\n' for i in range(SAMPLE_SIZE // 130))
    documents = list(READERS["csv"](written(tmp_path / "x.csv", rows)))
    assert documents[: len(DOCUMENTS)] == DOCUMENTS
    assert documents[-1][0].startswith('a "b" ')


@pytest.mark.parametrize("escape", ["ab", '"', ",", "\n"])
def test_escape_that_cannot_be_one_is_refused(tmp_path, escape):
    with pytest.raises(ValueError, match="the escape must be one character that is not the delimiter"):
        READERS["csv"](written(tmp_path / "x.csv", SPARK), escape=escape)


@given(st.lists(st.tuples(st.text(st.sampled_from('a"\\, \n')), st.sampled_from("01")), min_size=1))
def test_what_spark_writes_comes_back(tmp_path_factory, documents):
    def quoted(text):
        # Spark escapes quotes, and the backslashes that stand before one.
        text = text + '"'
        escaped = unescape_free(text)
        return f'"{escaped}'

    def unescape_free(text):
        out, run = [], 0
        for i, character in enumerate(text):
            if character == "\\":
                run += 1
                continue
            if character == '"':
                out.append("\\" * (2 * run) + ('"' if i == len(text) - 1 else '\\"'))
            else:
                out.append("\\" * run + character)
            run = 0
        return "".join(out)

    path = tmp_path_factory.mktemp("spark") / "x.csv"
    path.write_text("text,label\n" + "".join(f"{quoted(text)},{label}\n" for text, label in documents), newline="")
    assert list(READERS["csv"](path, escape="\\")) == documents


def test_line_full_of_escapes_takes_no_time():
    line = "\\" * 2_000_000 + 'x\\"'
    with cpu_below(1):
        assert unescaper("\\")(line) == "\\" * 2_000_000 + 'x""'


@pytest.mark.parametrize("first", ["sep=;\n", '"sep=;"\r\n', "SEP=;\r\n", "\ufeffsep=;\n"])
def test_first_line_of_excel_names_the_delimiter(tmp_path, first):
    path = written(tmp_path / "x.csv", first + "text;label\na, b;1\n;;\n")
    documents = READERS["csv"](path)
    assert next(documents) == ("a, b", "1")
    with pytest.raises(ValueError, match="line 4: expected 2 fields, got 3"):
        next(documents)


def test_delimiter_that_is_given_counts_for_more_than_that_of_excel(tmp_path):
    path = written(tmp_path / "x.csv", "sep=;\ntext|label\na;b|1\n")
    assert list(READERS["csv"](path, delimiter="|")) == [("a;b", "1")]


def test_first_line_of_excel_is_read_without_quotes_too(tmp_path):
    path = written(tmp_path / "x.csv", 'sep=;\ntext;label\n"a;1\n')
    assert list(READERS["csv"](path, quoted=False)) == [('"a', "1")]


@pytest.mark.parametrize(
    ("content", "n_rows"),
    [('sep=;\ntext;label\n"a\nb";1\nc;0\n', 2), (SPARK.replace("no", "n\no"), 4), ("\ufeffsep=;\ntext;label\nc;0", 1)],
)
def test_such_files_are_shuffled_row_by_row(tmp_path, content, n_rows):
    path = written(tmp_path / "x.csv", content)
    before = sorted(READERS["csv"](path))
    assert shuffle_rows(path, tmp_path / "out.csv", seed=3) == n_rows
    assert sorted(READERS["csv"](tmp_path / "out.csv")) == before
    assert (tmp_path / "out.csv").read_text().splitlines()[0] == content.splitlines()[0]


SPACED = {
    "after the comma": ('text, label\n"a, b", "pos"\n', [("a, b", "pos")]),
    "several spaces": ('text,label\n"a, b",   "pos"\n', [("a, b", "pos")]),
    "label first": ('label, text\npos, "a, b"\n', [("a, b", "pos")]),
    "line break inside": ('label, text\npos, "a,\nb"\nneg, c\n', [("a,\nb", "pos"), ("c", "neg")]),
    "text first": ('text, label\n "a, b", pos\n', [("a, b", "pos")]),
    "after a text over two lines": ('text,label\n"a\nb", "pos"\nc,neg\n', [("a\nb", "pos"), ("c", "neg")]),
    "part of the text": ('label,text\npos, "Great" she said\nneg,x\n', [(' "Great" she said', "pos"), ("x", "neg")]),
    "quoted space and quote": ('text,label\n" ""a""","b, ""c"""\n', [(' "a"', 'b, "c"')]),
}


@pytest.mark.parametrize(("content", "documents"), SPACED.values(), ids=SPACED)
def test_spaces_before_a_quote_are_not_part_of_the_field(tmp_path, content, documents):
    path = written(tmp_path / "x.csv", content)
    assert list(READERS["csv"](path)) == documents


@given(st.lists(st.lists(st.text(st.sampled_from('a, "\n')), min_size=2, max_size=2), min_size=1), st.integers(1, 3))
def test_rows_with_spaces_behind_commas_come_back(tmp_path_factory, rows, n_spaces):
    out = io.StringIO(newline="")
    for row in rows:
        out.write(("," + " " * n_spaces).join('"' + field.replace('"', '""') + '"' for field in row) + "\n")
    path = tmp_path_factory.mktemp("spaced") / "x.csv"
    path.write_text(out.getvalue(), newline="")
    found = list(READERS["csv"](path, {value.strip(): value.strip() for _, value in rows}, header=False))
    assert found == [(text, value.strip()) for text, value in rows]
    assert list(csv.reader(io.StringIO(out.getvalue(), newline=""), skipinitialspace=True)) == rows


@given(st.lists(st.text(st.sampled_from('aL, "')).filter(bool), min_size=1))
def test_lines_that_are_rows_need_no_second_look(lines):
    sample = [line.replace("L", "long " * 50) + "\n" for line in lines]
    n_plain, n_spaced = dialects._look(sample, ",", "", whole=True)
    n_faults, _ = dialects._look(sample, ",", "", whole=True, skipinitialspace=True)
    if dialects._is_plain(sample, ","):
        assert (n_plain, n_spaced, n_faults) == (0, 0, 0)


def test_most_corpora_need_no_second_look(monkeypatch):
    monkeypatch.delattr(dialects, "_look")
    sample = ["text,label\n", f'"He, ""{"long" * 60}"", said","1"\n', "\n", '"a, b",2\n', "c, d\n"]
    assert not dialects.is_spaced(sample, ",", "", whole=True)
