import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.features.folding import combining_marks, fold
from movieclassifier.features.words import (
    english_stop_words,
    token_pattern,
    tokenize_book,
    tokenize_default,
)


def books_tokenizer(text):
    """The book's code, letter for letter, behind the lower-casing of its HashingVectorizer."""
    text = text.lower()
    stop = sorted(english_stop_words())
    text = re.sub("<[^>]*>", "", text)
    emoticons = re.findall(r"(?::|;|=)(?:-)?(?:\)|\(|D|P)", text.lower())
    text = re.sub(r"[\W]+", " ", text.lower()) + " ".join(emoticons).replace("-", "")
    return [w for w in text.split() if w not in stop]


@given(st.text())
def test_book_tokenizer_equals_the_books_code(text):
    assert tokenize_book(text) == books_tokenizer(text)


@given(st.text() | st.text("aé'Σ :)(\u200c"))
def test_a_text_without_marks_has_the_tokens_that_the_pattern_with_marks_finds(text):
    folded = fold(text)
    assert token_pattern(folded).findall(folded) == token_pattern("\u0300").findall(folded)


def test_a_text_with_a_mark_gets_the_pattern_with_marks():
    assert all(token_pattern(mark) is token_pattern("\u0300") for mark in combining_marks())
    assert token_pattern("a") is not token_pattern("\u0300")


def test_there_are_179_stop_words():
    assert len(english_stop_words()) == 179


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("great<br /><br />movie", ["great", "movie"]),
        ("Great :D and :-P", ["great", ":d", "and", ":-p"]),
        ("Title:Director", ["title", ":", "director"]),
        ("isn't isn’t isn&#39;t isnʼt isn´t", ["isn't"] * 5),
        ("“Fine” ‘so’", ['"', "fine", '"', "so"]),
        ("cafe\u0301 caf\u00e9", ["caf\u00e9"] * 2),
        ("अच्छी नहीं", ["अच्छी", "नहीं"]),
        ("తెలుగు సినిమా", ["తెలుగు", "సినిమా"]),
        ("مُحَمَّد", ["مُحَمَّد"]),
        ("ที่ดี", ["ที่ดี"]),
        ("می‌خواهم", ["می‌خواهم"]),
        ("\u0301a \u200da", ["a", "a"]),
        ("1 &lt; 2 &amp; fun&nbsp;now", ["1", "2", "fun", "now"]),
        ("8/10!", ["8", "/", "10", "!"]),
        ("caf\u00e9 \u4f60\u597d", ["caf\u00e9", "\u4f60\u597d"]),
        ("", []),
    ],
)
def test_default_tokens(text, tokens):
    assert tokenize_default(text) == tokens
