"""A file that is one JSON array is read item by item, in memory that does not grow with it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.corpora.readers.formats import READERS
from movieclassifier.corpora.readers.json_arrays import is_array
from tests.support.patience import cpu_below
from tests.support.tracing import peak_below

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
ITEMS = [{"text": "a", "label": "p"}, {"text": "b", "label": "n"}]


@pytest.mark.parametrize("indent", [None, 0, 4])
@given(st.lists(st.tuples(TEXTS, st.sampled_from(["p", "n"])), min_size=1))
def test_documents_of_an_array_come_back(tmp_path_factory, indent, documents):
    path = tmp_path_factory.mktemp("array") / "x.json"
    items = [{"text": text, "label": label} for text, label in documents]
    path.write_text("\n \t" + json.dumps(items, indent=indent, ensure_ascii=False) + "\n", encoding="utf-8")
    assert list(READERS["jsonl"](path)) == documents


def test_arrays_in_an_array_have_columns_by_number(tmp_path):
    (tmp_path / "x").write_text('[["a", "p"],\n["b", "n"]]')
    assert list(READERS["jsonl"](tmp_path / "x")) == [("a", "p"), ("b", "n")]


def test_items_larger_than_a_piece_are_read(tmp_path):
    items = [{"text": letter * 300_000, "label": "p"} for letter in "abc"]
    (tmp_path / "x").write_text(json.dumps(items))
    assert [len(text) for text, _ in READERS["jsonl"](tmp_path / "x")] == [300_000] * 3


BAD = {
    "cut": (
        '[{"text": "a", "label": "p"},\n{"te',
        r"line 2: this JSON array cannot be read \(.+ character \d+ of an item",
    ),
    "cut behind an item": ('[{"text": "a", "label": "p"}', r"line 1: .+ends before its , or \]"),
    "cut behind a comma": ('[{"text": "a", "label": "p"},', r"line 1: .+ character 1 of an item"),
    "trailing comma": ('[{"text": "a", "label": "p"},\n]', r"line 2: .+Expecting value, character 1 of an item"),
    "no comma": ('[{"text": "a", "label": "p"}\n{}]', r"line 2: .+expected , or \] in the array; got '{'"),
    "two arrays": ('[{"text": "a", "label": "p"}]\n[{}]', r"line 2: .+expected nothing behind the array; got '\['"),
    "deep": ("[" * 100_000, r"line 1: this JSON array cannot be read \(its brackets are nested too deeply\)"),
    "long number": (
        '[{"text": "a", "label": ' + "1" * 5000 + "}]",
        r"line 1: this JSON array cannot be read \(Exceeds",
    ),
    "not an object": ('[{"text": "a", "label": "p"},\n7]', "line 2: expected an object, as in the lines before; got 7"),
    "other keys": ('[{"text": "a", "label": "p"},\n{"a": 1}]', "line 2: expected 'text', 'label' in an object"),
}


@pytest.mark.parametrize(("content", "message"), BAD.values(), ids=BAD)
def test_bad_array_is_named_with_its_line(tmp_path, content, message):
    (tmp_path / "x").write_text(content)
    with pytest.raises(ValueError, match=message):
        list(READERS["jsonl"](tmp_path / "x", {"p": 1}))


def test_bad_item_can_be_skipped(tmp_path):
    (tmp_path / "x").write_text(json.dumps([*ITEMS, {"text": 7, "label": "p"}, 7]))
    assert list(READERS["jsonl"](tmp_path / "x", skip_bad_rows=2)) == [("a", "p"), ("b", "n")]


def test_empty_array_has_no_documents(tmp_path):
    (tmp_path / "x").write_text("[\n]\n")
    with pytest.raises(ValueError, match=r"x: there are no documents|x, line 1: "):
        list(READERS["jsonl"](tmp_path / "x"))


def test_item_that_never_ends_is_refused_in_time(tmp_path):
    (tmp_path / "x").write_text('[{"text": "' + "x" * 3_000_000)
    message = "an item of more than 1,000,000 characters, or one that is not valid JSON"
    with cpu_below(2), pytest.raises(ValueError, match=message):
        list(READERS["jsonl"](tmp_path / "x", max_line_size=1_000_000))


@pytest.mark.slow
def test_memory_does_not_grow_with_the_array(tmp_path):
    with open(tmp_path / "x", "w") as file:
        file.write("[" + ",\n".join(json.dumps({"text": "x" * 1000, "label": str(i % 2)}) for i in range(20_000)) + "]")
    with peak_below(3_000_000):
        assert sum(1 for _ in READERS["jsonl"](tmp_path / "x")) == 20_000


@pytest.mark.parametrize(
    ("content", "expected"),
    [("[{", True), ("\n[\n\n[", True), ('["a", "b"]', False), ("{", False), ("[1", False), ("", False), ("[", False)],
)
def test_array_of_objects_is_told_from_an_array_in_each_line(tmp_path, content, expected):
    (tmp_path / "x").write_text(content)
    assert is_array(tmp_path / "x") is expected
