"""fastText's files: a label and a text in each line."""

import pytest

from movieclassifier.corpora.readers.formats import READERS


def test_lines_are_documents(tmp_path):
    (tmp_path / "x").write_text("__label__good  so so \n\n__label__bad\tAwful.\r\n__label__good\n")
    assert list(READERS["fasttext"](tmp_path / "x")) == [(" so so ", "good"), ("Awful.", "bad"), ("", "good")]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a film", "expected __label__ and a label at the start; got 'a film'"),
        ("__label__a __label__b text", "expected one label; got '__label__a __label__b text'. Keep one"),
        ("__label__ text", "the label is empty"),
        ("__label__nan text", "the label is 'nan', which stands for a missing label"),
        ("__label__\x1b[2J text", r"the label holds a control character: '\\x1b\[2J'"),
    ],
)
def test_bad_line_is_named_and_can_be_skipped(tmp_path, line, message):
    (tmp_path / "x").write_text(f"__label__a fine\n{line}\n")
    with pytest.raises(ValueError, match=f"x, line 2: {message}"):
        list(READERS["fasttext"](tmp_path / "x"))
    assert list(READERS["fasttext"](tmp_path / "x", skip_bad_rows=1)) == [("fine", "a")]
