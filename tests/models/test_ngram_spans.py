"""N-grams are found where they stand, with the compiled twin and without."""

import pytest

from movieclassifier.features.murmur import ngram_columns
from movieclassifier.features.ngrams import NGrams
from movieclassifier.models.ngram_spans import ngram_spans, occurrences

TEXT = "So so good: <br /> a film that is so good"
NGRAMS = NGrams(ngram_range=(1, 2), n_features=2**22, stop_words=("a", "that"))


def test_tokens_stand_at_their_spans():
    found = ngram_spans(TEXT, NGRAMS)
    assert [[TEXT[slice(*span)] for span in spans] for spans in found["so good"]] == [["so", "good"]] * 2
    assert "a" not in found
    assert [[TEXT[slice(*span)] for span in spans] for spans in found["film is"]] == [["film", "is"]]


@pytest.mark.parametrize("pure", ["", "1"])
def test_columns_that_are_wanted_have_their_n_grams(pure, monkeypatch):
    monkeypatch.setenv("MOVIECLASSIFIER_PURE_PYTHON", pure)
    by_name = ngram_spans(TEXT, NGRAMS)
    columns = ngram_columns(list(by_name), NGRAMS.n_features)
    wanted = {columns["so good"], columns["film"]}
    assert occurrences(TEXT, NGRAMS, wanted) == {columns[name]: {name: by_name[name]} for name in ("film", "so good")}
    assert occurrences(TEXT, NGRAMS, ()) == {}


def test_n_grams_of_one_column_are_told_apart():
    narrow = NGrams(ngram_range=(1, 1), n_features=1)
    assert occurrences("so good", narrow, {0}) == {0: ngram_spans("so good", narrow)}
