"""Explanations: the contribution of each n-gram of a text to the decision value."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

from movieclassifier.features.folding import Span
from movieclassifier.features.hashing import ngram_columns
from movieclassifier.features.ngrams import NGrams
from movieclassifier.features.rows import Rows
from movieclassifier.features.token_spans import token_spans

SHOWN = 8


@dataclass(frozen=True)
class Contribution:
    """The contribution of one n-gram to the decision value.

    Attributes
    ----------
    ngram : str
        Its tokens, joined by spaces.
    value : float
        Its share of the decision value (log-odds); above 0 it speaks for the explained label.
    column : int
        The feature it is hashed to.
    spans : tuple of (int, int)
        Characters of the text that it covers, one span per token that can be found there.
    shares_column_with : tuple of str
        Other n-grams of the text in the same column; what the column adds is shared out by number.
    """

    ngram: str
    value: float
    column: int
    spans: tuple[Span, ...]
    shares_column_with: tuple[str, ...] = ()


@dataclass(frozen=True)
class Side:
    """The class that an explanation speaks for.

    Attributes
    ----------
    label : int or str
    sign : {-1, 1}
        -1 where the decision value speaks for the other class of two.
    intercept : float
        The intercept of the row of weights.
    """

    label: int | str
    sign: int
    intercept: float


@dataclass(frozen=True, repr=False)
class Explanation:
    """Why a text gets its decision value: ``intercept + sum of the contributions``.

    Attributes
    ----------
    text : str
    label : int or str
        The class that positive values speak for.
    decision : float
        The decision value (log-odds).
    intercept : float
    contributions : tuple of Contribution
        The strongest first; printing shows the first few.
    name : str
        The label as people know it; empty if nobody knows it by a name of its own.

    Examples
    --------
    >>> Explanation("so a fine one", 1, 1.5, -0.5, (Contribution("fine", 2.0, 1, ((5, 9),)),))
    decision value +1.500 for 1 = intercept -0.500 and:
      +2.0000  fine
    """

    text: str
    label: int | str
    decision: float
    intercept: float
    contributions: tuple[Contribution, ...]
    name: str = ""

    @property
    def n_known(self) -> int:
        """How many columns of the text add something: at 0 the intercept alone decides."""
        return len({part.column for part in self.contributions if part.value})

    def highlights(self) -> list[tuple[Span, float]]:
        """Return the characters of each token with its share of the contributions, in the order of the text.

        An n-gram's contribution is shared out equally over its tokens.
        """
        weights: dict[Span, float] = {}
        for contribution in self.contributions:
            for span in contribution.spans:
                weights[span] = weights.get(span, 0.0) + contribution.value / len(contribution.spans)
        return sorted(weights.items())

    def pieces(self) -> list[tuple[str, float]]:
        """Cut the text into pieces with their shares of the contributions, 0 between tokens; joined they are the text.

        Of tokens that overlap, the first is taken.

        Examples
        --------
        >>> parts = (Contribution("fine", 2.0, 1, ((5, 9),)),)
        >>> Explanation("so a fine one", 1, 2.0, 0.0, parts).pieces()
        [('so a ', 0.0), ('fine', 2.0), (' one', 0.0)]
        """
        pieces, place = [], 0
        for (start, end), value in self.highlights():
            if start >= place:
                pieces += [(self.text[place:start], 0.0), (self.text[start:end], value)]
                place = end
        return [(text, value) for text, value in [*pieces, (self.text[place:], 0.0)] if text]

    def __repr__(self) -> str:
        shown = [f"  {part.value:+.4f}  {part.ngram}" for part in self.contributions[:SHOWN]]
        rest = self.contributions[SHOWN:]
        others = [f"  {sum(part.value for part in rest):+.4f}  {len(rest)} others"] if rest else []
        return "\n".join([self.total(repr(self.name or self.label)), *shown, *others])

    def total(self, name: str) -> str:
        """Return the first line: the decision value and its intercept; `name` is the label as people know it."""
        end = " and:" if self.contributions else "; there is no n-gram in the text."
        return f"decision value {self.decision:+.3f} for {name} = intercept {self.intercept:+.3f}{end}"

    def _repr_html_(self) -> str:
        """Return the text as a notebook shows it: words for the label on green and underlined, against it dashed."""
        pieces = self.pieces()
        strongest = max((abs(value) for _, value in pieces), default=0.0)
        words = "".join(_marked(text, value, strongest) for text, value in pieces)
        name = self.name or self.label
        facts = f"decision value {self.decision:+.3f} for {name!r}, intercept {self.intercept:+.3f} included"
        return f'<div style="white-space: pre-wrap">{words}</div><div><small>{escape(facts)}</small></div>'


def explain_weights(
    text: str, rows: Rows, ngrams: NGrams, weights: NDArray[np.floating], side: Side, *, keep_zeros: bool = True
) -> Explanation:
    """Tell how much each n-gram of a text adds to a decision value.

    Parameters
    ----------
    text : str
    rows : Rows
        The row of the text.
    ngrams : NGrams
        The settings that the row was hashed with.
    weights : ndarray of shape (n,)
        The weights at the columns of the row.
    side : Side
        The class to speak for.
    keep_zeros : bool
        Whether n-grams that add nothing are among its contributions.
    """
    added = side.sign * rows.data.astype(float) * weights
    occurrences = ngram_spans(text, ngrams)
    parts = contributions(
        occurrences,
        ngram_columns(list(occurrences), ngrams.n_features),
        dict(zip(rows.columns.tolist(), added.tolist(), strict=True)),
        keep_zeros=keep_zeros,
    )
    intercept = side.sign * side.intercept
    return Explanation(text, side.label, intercept + float(added.sum()), intercept, parts)


def _marked(text: str, value: float, strongest: float) -> str:
    """Return a piece as HTML; its colour is as strong as its share."""
    if not value:
        return escape(text)
    colour, line = ("0, 140, 60", "solid") if value > 0 else ("210, 40, 40", "dashed")
    style = f"background: rgba({colour}, {0.6 * abs(value) / strongest:.2f}); border-bottom: 2px {line} rgb({colour})"
    return f'<span style="{style}" title="{value:+.3f}">{escape(text)}</span>'


def ngram_spans(text: str, ngrams: NGrams) -> dict[str, list[tuple[Span, ...]]]:
    """Return the n-grams of a text, each with the spans of its tokens at every occurrence.

    Examples
    --------
    >>> ngram_spans("so so good", NGrams(ngram_range=(2, 2)))
    {'so so': [((0, 2), (3, 5))], 'so good': [((3, 5), (6, 10))]}
    """
    dropped = frozenset(ngrams.stop_words)
    tokens = [(token, span) for token, span in token_spans(text, ngrams.tokenizer) if token not in dropped]
    words, spans = [token for token, _ in tokens], [span for _, span in tokens]
    found: dict[str, list[tuple[Span, ...]]] = {}
    for length in range(ngrams.ngram_range[0], ngrams.ngram_range[1] + 1):
        names = map(" ".join, zip(*(words[first:] for first in range(length)), strict=False))
        for name, window in zip(names, zip(*(spans[first:] for first in range(length)), strict=False), strict=True):
            found.setdefault(name, []).append(window)
    if None in spans:
        return {name: [_without_gaps(window) for window in windows] for name, windows in found.items()}
    return found


def _without_gaps(window: tuple[Span | None, ...]) -> tuple[Span, ...]:
    """Return the spans of the tokens that were found."""
    return tuple(span for span in window if span is not None)


def contributions(
    occurrences: Mapping[str, list[tuple[Span, ...]]],
    columns: Mapping[str, int],
    added: Mapping[int, float],
    *,
    keep_zeros: bool = True,
) -> tuple[Contribution, ...]:
    """Share out the contribution of each column over the n-grams that are hashed to it.

    Parameters
    ----------
    occurrences : mapping of str to list of spans
        The n-grams of the text.
    columns : mapping of str to int
        The column of each n-gram.
    added : mapping of int to float
        What each column adds to the decision value.
    keep_zeros : bool
        Whether n-grams that add nothing are among them.

    Returns
    -------
    tuple of Contribution
        The strongest first.
    """
    by_column: dict[int, list[str]] = {}
    for ngram in occurrences:
        column = columns[ngram]
        if keep_zeros or added.get(column):
            by_column.setdefault(column, []).append(ngram)
    result = []
    for column, ngrams in by_column.items():
        n_occurrences = sum([len(occurrences[ngram]) for ngram in ngrams])
        for ngram in ngrams:
            value = added.get(column, 0.0) * len(occurrences[ngram]) / n_occurrences
            spans = tuple(dict.fromkeys([span for spans in occurrences[ngram] for span in spans]))
            others = tuple([other for other in ngrams if other != ngram]) if len(ngrams) > 1 else ()
            result.append(Contribution(ngram, value, column, spans, others))
    return tuple(sorted(result, key=lambda contribution: (-abs(contribution.value), contribution.ngram)))
