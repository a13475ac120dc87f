"""The bundled sample: 400 reviews written for this project, as varied as what people type."""

import csv
import io
import itertools
import re
from collections import Counter
from importlib.resources import files

import numpy as np
import pytest

SAMPLE = files("movieclassifier") / "bundled" / "sample_reviews.csv"

FEATURES = {
    "HTML tag": (r"</?\w+( /)?>", 20),
    "emoticon": (r"(?<!\w)[:;=]-?[()DP](?!\w)", 30),
    "quote": (r'"', 50),
    "curly quote": (r"“.+”", 10),
    "curly apostrophe": (r"\w’\w", 20),
    "straight apostrophe": (r"\w'\w", 200),
    "line break": (r"\n", 15),
    "accented letter": (r"[À-ÖØ-öø-ɏ]", 20),
    "emoji": (r"[\u2600-\u27bf\U0001f300-\U0001faff]", 8),
    "rating": (r"\b\d+/10\b", 10),
    "word in capitals": (r"\b[A-Z]{4,}\b", 10),
    "ellipsis": (r"\.\.\.", 15),
    "negation": (r"(?i)\b(not|never|no)\b|n['’]t\b", 150),
}


@pytest.fixture(scope="module")
def rows():
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, strict=True))


@pytest.fixture(scope="module")
def texts(rows):
    return [text for text, _ in rows[1:]]


def word_trigrams(text):
    words = re.findall(r"\w+", text.lower())
    return set(zip(words, words[1:], words[2:], strict=False))


def test_header_is_the_books(rows):
    assert rows[0] == ["review", "sentiment"]


def test_400_reviews_half_of_them_positive(rows):
    assert Counter(label for _, label in rows[1:]) == {"0": 200, "1": 200}


def test_labels_are_mixed(rows):
    labels = [label for _, label in rows[1:]]
    assert max(len(list(run)) for _, run in itertools.groupby(labels)) <= 10
    assert all(20 <= labels[start : start + 80].count("1") <= 60 for start in range(0, 400, 80))


def test_bytes_are_those_of_csv_writer(rows):
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\n", quoting=csv.QUOTE_MINIMAL).writerows(rows)
    assert SAMPLE.read_bytes() == written.getvalue().encode("utf-8")


def test_file_stays_small():
    assert len(SAMPLE.read_bytes()) < 150_000


def test_no_two_reviews_are_alike(texts):
    assert len(set(texts)) == len(texts)
    pairs = itertools.combinations(map(word_trigrams, texts), 2)
    assert max(len(a & b) / len(a | b) for a, b in pairs) < 0.2


def test_lengths_vary(texts):
    n_words = [len(text.split()) for text in texts]
    assert min(map(len, texts)) > 15
    assert min(n_words) <= 8
    assert 115 <= max(n_words) <= 130
    assert 40 <= sum(n_words) / len(n_words) <= 50


def test_no_review_would_be_a_formula_in_a_spreadsheet(texts):
    assert not [text for text in texts if text.startswith(("=", "+", "-", "@"))]


def test_no_review_has_space_at_its_ends_or_control_characters(texts):
    assert not [text for text in texts if text != text.strip() or re.search(r"[\x00-\x09\x0b-\x1f\x7f]", text)]


@pytest.mark.parametrize("feature", FEATURES)
def test_feature_is_well_represented_in_both_classes(rows, feature):
    pattern, at_least = FEATURES[feature]
    found = Counter(label for text, label in rows[1:] if re.search(pattern, text))
    assert found.total() >= at_least
    assert min(found["0"], found["1"]) >= at_least / 4


def test_words_tell_the_sentiments_apart(rows, texts):
    from sklearn.feature_extraction.text import HashingVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_score

    X = HashingVectorizer(n_features=2**16).transform(texts)
    y = np.array([int(label) for _, label in rows[1:]])
    assert cross_val_score(LogisticRegression(C=10), X, y, cv=5).mean() > 0.75
