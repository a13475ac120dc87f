import re
import sys
from unicodedata import category, normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.features.folding import (
    QUOTES,
    combining_marks,
    decode_references,
    fold,
    fold_with_spans,
    mark_class,
)

PIECES = ["ab", "é", "ộ", "́", "ᄒ", "ᅡ", "ᆫ", "한", "क़", "क़", "<", ">", "=", "̸", "’", "“", "´", "\xad", "&", ";", "#"]
PIECES += ["&#39;", "&quot;", "&nbsp;", "&lt;b&gt;", "&#x301;", "&nosuch;", "<br />", "<b", " "]
LIKELY = st.lists(st.sampled_from(PIECES), max_size=20).map("".join)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("I can’t “recommend” it", 'I can\'t "recommend" it'),
        ("canʼt can‘t can＇t can´t", "can't can't can't can't"),
        ("can′t can‵t canʹt can՚t canˈt can΄t can\u1ffdt can\x92t can&prime;t can❜t", " ".join(["can't"] * 10)),
        ("Hawaiʻi Qurʾan Baʿth oʻzbek d᾽ ג׳ירפה צה״ל", "Hawai'i Qur'an Ba'th o'zbek d' ג'ירפה צה\"ל"),
        ("″so″ 〝so〞 \x93so\x94 ❝so❞", '"so" "so" "so" "so"'),
        ("rock`n`roll «so» obʺekt \x91", "rock`n`roll «so» obʺekt \x91"),
        ("isn&#39;t &quot;fun&quot;&nbsp;now", 'isn\'t "fun"\u00a0now'),
        ("don&#146;t", "don't"),  # what Windows wrote for a typographic quote
        ("cafe\u0301", "caf\u00e9"),
        ("cafe&#x301;", "caf\u00e9"),
        ("re\u00adcommend", "recommend"),
        ("great<br /><br />film", "great  film"),
        ("1 &lt; 2 &gt; 1", "1 < 2 > 1"),
        ("AT&T, R&B; Q&A; x&copy=1", "AT&T, R&B; Q&A; x&copy=1"),
        ("plain ASCII", "plain ASCII"),
    ],
)
def test_the_forms_of_one_text_become_one(text, folded):
    assert fold(text) == folded


@pytest.mark.parametrize("text", ["Ünser Café", "한국어 영화", "अच्छी नहीं", "tiếng Việt"])
def test_decomposed_letters_are_those_that_are_composed(text):
    assert fold(normalize("NFD", text)) == fold(text) == text


@given(LIKELY | st.text())
def test_spans_come_with_the_folded_text(text):
    folded, spans = fold_with_spans(text)
    assert folded == fold(text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)


def test_spans_point_at_references_and_composed_letters():
    text = "isn&#39;t cafe\u0301"
    folded, spans = fold_with_spans(text)
    found = {c: text[slice(*span)] for c, span in zip(folded, spans, strict=True)}
    assert (found["'"], found["\u00e9"], found["t"]) == ("&#39;", "e\u0301", "t")


def test_many_accents_take_no_time_to_speak_of():
    text = "a" + "\u0301" * 100_000
    assert len(fold_with_spans(text)[0]) == len(fold(text))


def test_all_marks_of_unicode_are_known():
    marks = [chr(c) for c in range(sys.maxunicode + 1) if category(chr(c))[0] == "M"]
    assert list(combining_marks()) == marks
    assert re.fullmatch(f"[{mark_class()}]+", "".join(marks))
    assert not re.search(f"[{mark_class()}]", "aé한नΣ-]^\\ ")


@given(st.text(st.sampled_from("&#;x39aAmpltgt ")))
def test_text_without_a_reference_stays(text):
    assert decode_references(text) == text or re.search(r"&(#?\w+);", text)


def test_quotes_become_one_character_each():
    assert set(QUOTES.values()) == {"'", '"'}
    assert all(len(quote) == 1 and ord(quote) < 0x10000 for quote in QUOTES)  # as the table of the twin has them
