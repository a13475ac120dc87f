"""Stop words: the bundled list, NLTK's lists where they are, a file, and nothing downloaded unless asked for."""

import subprocess
import sys
from pathlib import Path

import pytest

from movieclassifier.features.stop_words import as_tokens, load_stop_words
from movieclassifier.features.words import english_stop_words


def test_english_needs_no_nltk(tmp_path):
    code = "import sys; from movieclassifier.features.stop_words import *; print(*load_stop_words('english'), 'nltk' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert done.stdout.split() == [*sorted(english_stop_words()), "False"]


def test_file_of_words_is_read(tmp_path):
    (tmp_path / "words.txt").write_text("\ufeffthe\nof\n\nthe  über\n", encoding="utf-8")
    assert load_stop_words(str(tmp_path / "words.txt")) == ("of", "the", "über")


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "there are no words in this file"), (b"\xfcber", "this is not UTF-8 .+; convert the file first")],
)
def test_file_without_words_is_refused(tmp_path, content, message):
    (tmp_path / "words.txt").write_bytes(content)
    with pytest.raises(ValueError, match=message):
        load_stop_words(str(tmp_path / "words.txt"))


def test_tokenizer_without_words_takes_no_stop_words():
    with pytest.raises(ValueError, match="the tokenizer 'characters' gives none of the stop words as a token"):
        as_tokens(["very"], "characters")
