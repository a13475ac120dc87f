"""JSON lines: a bad one is named and can be skipped; values are those that JSON writes."""

import pytest

from movieclassifier.corpora.readers.contract import BadRows
from movieclassifier.corpora.readers.formats import READERS
from tests.support.corpora import write_json_lines


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("no json", r"this is not valid JSON \(Expecting value, column 1\); expected an object, such as {\"text\": "),
        ('{"text": "x", "label": "1"', "this is not valid JSON"),
        ("[" * 100_000, "this JSON cannot be read"),
        ('{"text": "x", "label": ' + "1" * 5000 + "}", "this JSON cannot be read .+4300 digits"),
        ("7", "expected an object, as in the lines before; got 7"),
        ('["x", "1"]', r"expected an object, as in the lines before; got \[\"x\", \"1\"\]"),
        ('{"text": "x"}', r"expected 'text', 'label' in an object; got \[\"text\"\]"),
        ('{"text": 7, "label": "1"}', "the text must be a string; got 7"),
        ('{"text": null, "label": "1"}', "the text must be a string; got null"),
        ('{"text": "x", "label": null}', "the label must be a string, a number, or a list with one of them; got null"),
        ('{"text": "x", "label": ["1", "2"]}', r".+ or a list with one of them; got \[\"1\", \"2\"\]"),
        ('{"text": "x", "label": []}', r".+ or a list with one of them; got \[\]"),
        ('{"text": "x", "label": [["1"]]}', r".+ or a list with one of them; got \[\"1\"\]"),
        ('{"text": "x", "label": NaN}', "label must be one of 1, 0.5, true; got 'NaN'"),
        ('{"\x9b2J": "x"}', r"expected 'text', 'label' in an object; got \[\"\\x9b2J\"\]"),
        (r'{"text": "\ud800", "label": "1"}', "U\\+D800 is half a character"),
        (r'{"text": "\u0000", "label": "1"}', "a NUL byte"),
        ('{"text": "x", "label": "2"}', "label must be one of 1, 0.5, true; got '2'"),
    ],
)
def test_bad_json_line_is_named_and_can_be_skipped(tmp_path, line, message):
    path = tmp_path / "x.jsonl"
    path.write_text('{"text": "x", "label": 1.0}\n\n' + line + '\n{"text": "y", "label": 0.5}\n')
    labels = {"1": 1, "0.5": 0, "true": 1}
    with pytest.raises(ValueError, match=r"x\.jsonl, line 3: " + message):
        list(READERS["jsonl"](path, labels))
    bad_rows = BadRows(1)
    assert list(READERS["jsonl"](path, labels, skip_bad_rows=bad_rows)) == [("x", 1), ("y", 0)]
    assert bad_rows.n_skipped == 1


def test_values_of_json_are_read_as_json_writes_them(tmp_path):
    path = write_json_lines(tmp_path / "x", [("a", 5.0), ("b", 2.5), ("c", True), ("d", "5.0"), ("e", -1)])
    assert [label for _, label in READERS["jsonl"](path)] == ["5", "2.5", "true", "5.0", "-1"]


def test_json_arrays_have_columns_by_number(tmp_path):
    (tmp_path / "x").write_text('["1", "id", "a", "b"]\n["2", "id", "c", "d"]\n["3"]\n')
    documents = READERS["jsonl"](tmp_path / "x", text_column=[2, 3], label_column=0)
    assert [next(documents), next(documents)] == [("a\nb", "1"), ("c\nd", "2")]
    with pytest.raises(ValueError, match="line 3: expected 2, 3, 0 in an array"):
        next(documents)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            '{"a": 1, "b": 2}',
            r"line 1: expected columns such as review,sentiment; got a,b\. Pass ReadingOptions\(text_columns=…\)\.$",
        ),
        ("7", r"line 1: expected a JSON object, such as .+; got 7"),
    ],
)
def test_first_json_line_must_show_the_keys(tmp_path, line, message):
    (tmp_path / "x").write_text(line)
    with pytest.raises(ValueError, match=message):
        list(READERS["jsonl"](tmp_path / "x"))


def test_file_of_bad_json_only_is_an_error(tmp_path):
    (tmp_path / "x").write_text("spam\nspam\n")
    with pytest.raises(ValueError, match="there are no documents but the 2 that were skipped"):
        list(READERS["jsonl"](tmp_path / "x", skip_bad_rows=5))


def test_label_in_a_list_of_one_is_that_label(tmp_path):
    write_json_lines(tmp_path / "x", [("a", ["p"]), ("b", "p"), ("c", [1])], ("text", "labels"))
    assert list(READERS["jsonl"](tmp_path / "x")) == [("a", "p"), ("b", "p"), ("c", "1")]
