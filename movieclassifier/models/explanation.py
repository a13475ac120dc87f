"""Explanations: the contribution of each n-gram of a text to the decision value."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from movieclassifier.features.folding import Span
from movieclassifier.features.ngrams import NGrams
from movieclassifier.features.rows import Rows
from movieclassifier.models.ngram_spans import Occurrences, occurrences

SHOWN = 8


class Contribution(NamedTuple):
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
    of_column = dict(zip(rows.columns.tolist(), added.tolist(), strict=True))
    if not keep_zeros:
        of_column = {column: value for column, value in of_column.items() if value}
    parts = contributions(occurrences(text, ngrams, of_column), of_column)
    intercept = side.sign * side.intercept
    return Explanation(text, side.label, intercept + float(added.sum()), intercept, parts)


def _marked(text: str, value: float, strongest: float) -> str:
    """Return a piece as HTML; its colour is as strong as its share."""
    if not value:
        return escape(text)
    colour, line = ("0, 140, 60", "solid") if value > 0 else ("210, 40, 40", "dashed")
    style = f"background: rgba({colour}, {0.6 * abs(value) / strongest:.2f}); border-bottom: 2px {line} rgb({colour})"
    return f'<span style="{style}" title="{value:+.3f}">{escape(text)}</span>'


def contributions(by_column: Mapping[int, Occurrences], added: Mapping[int, float]) -> tuple[Contribution, ...]:
    """Share out the contribution of each column over the n-grams that are hashed to it.

    Parameters
    ----------
    by_column : mapping of int to mapping of str to list of spans
        The n-grams of the text, by column.
    added : mapping of int to float
        What each column adds to the decision value.

    Returns
    -------
    tuple of Contribution
        The strongest first.
    """
    result = []
    for column, ngrams in by_column.items():
        n_places = sum(map(len, ngrams.values()))
        for ngram, windows in ngrams.items():
            value = added[column] * len(windows) / n_places
            spans = tuple(dict.fromkeys(windows[0] if len(windows) == 1 else chain.from_iterable(windows)))
            others = tuple([other for other in ngrams if other != ngram]) if len(ngrams) > 1 else ()
            result.append(Contribution(ngram, value, column, spans, others))
    # Twice by one key each, which is faster than once by a pair.
    result.sort(key=attrgetter("ngram"))
    result.sort(key=lambda contribution: abs(contribution.value), reverse=True)
    return tuple(result)
