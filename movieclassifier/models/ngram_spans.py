"""Where the n-grams of a text stand in it, by name and by column."""

from collections.abc import Container

from movieclassifier.features.folding import Span
from movieclassifier.features.hashing import place_columns
from movieclassifier.features.murmur import ngram_columns
from movieclassifier.features.ngrams import NGrams
from movieclassifier.features.token_spans import token_spans

# N-grams of a text, each with the spans of its tokens at every place where it stands.
Occurrences = dict[str, list[tuple[Span, ...]]]


def ngram_spans(text: str, ngrams: NGrams) -> Occurrences:
    """Return the n-grams of a text, each with the spans of its tokens at every occurrence.

    Examples
    --------
    >>> ngram_spans("so so good", NGrams(ngram_range=(2, 2)))
    {'so so': [((0, 2), (3, 5))], 'so good': [((3, 5), (6, 10))]}
    """
    words, spans = _words_and_spans(text, ngrams)
    found: Occurrences = {}
    for first, end in _windows(len(words), ngrams):
        found.setdefault(" ".join(words[first:end]), []).append(_without_gaps(spans[first:end]))
    return found


def _words_and_spans(text: str, ngrams: NGrams) -> tuple[list[str], tuple[Span | None, ...]]:
    """Return the tokens of a text that are hashed, and where they are."""
    tokens = token_spans(text, ngrams.tokenizer)
    if ngrams.stop_words:
        dropped = frozenset(ngrams.stop_words)
        tokens = [(token, span) for token, span in tokens if token not in dropped]
    return [token for token, _ in tokens], tuple([span for _, span in tokens])


def _windows(n_tokens: int, ngrams: NGrams) -> list[tuple[int, int]]:
    """Return where the n-grams of a text begin and end, in tokens: the shorter ones first."""
    shortest, longest = ngrams.ngram_range
    return [
        (first, first + length)
        for length in range(shortest, min(longest, n_tokens) + 1)
        for first in range(n_tokens + 1 - length)
    ]


def _without_gaps(window: tuple[Span | None, ...]) -> tuple[Span, ...]:
    """Return the spans of the tokens that were found."""
    return tuple([span for span in window if span is not None])


def occurrences(text: str, ngrams: NGrams, wanted: Container[int]) -> dict[int, Occurrences]:
    """Return the n-grams of a text that are hashed to the wanted columns, by column."""
    words, spans = _words_and_spans(text, ngrams)
    windows = _windows(len(words), ngrams)
    columns = place_columns(text, ngrams)
    if columns is None:
        names = [" ".join(words[first:end]) for first, end in windows]
        column_of = ngram_columns(list(dict.fromkeys(names)), ngrams.n_features)
        columns = [column_of[name] for name in names]
    found: dict[int, Occurrences] = {}
    for column, (first, end) in zip(columns, windows, strict=True):
        if column in wanted:
            name = " ".join(words[first:end])
            found.setdefault(column, {}).setdefault(name, []).append(_without_gaps(spans[first:end]))
    return found
