"""Cut a review into pieces and mark the words that speak for or against the answer."""

from dataclasses import dataclass

from movieclassifier.features.token_spans import Span
from movieclassifier.models.explanation import Contribution, Explanation

# Shares of the strongest word: below the first a word stays plain, so that the page shows what mattered.
STEPS = (0.12, 0.3, 0.6)
# The strongest words are enough for a reader, and keep the page of a very long review small.
MAX_MARKED = 150
N_PHRASES = 10


@dataclass(frozen=True)
class Segment:
    """A piece of a review.

    Attributes
    ----------
    text : str
    strength : int
        From -3 (strongly against the answer) over 0 (plain) to 3 (strongly for it).
    """

    text: str
    strength: int = 0

    @property
    def side(self) -> str:
        """The side it takes, in a word: "for" or "against", or nothing."""
        return "for" if self.strength > 0 else "against" if self.strength < 0 else ""

    @property
    def is_word(self) -> bool:
        """Whether it holds more than punctuation."""
        return any(character.isalnum() for character in self.text)


def segments(explanation: Explanation) -> list[Segment]:
    """Cut a text into segments; joined they are the text.

    Neighbouring words of one strength make one segment, with the blanks between them.

    Parameters
    ----------
    explanation : Explanation

    Returns
    -------
    list of Segment

    Examples
    --------
    >>> from movieclassifier.models.explanation import Contribution
    >>> parts = (Contribution("fine", 2.0, 1, ((7, 11),)), Contribution("dull", -0.5, 2, ((0, 4),)))
    >>> segments(Explanation("dull - fine.", "positive", 1.5, 0.0, parts))
    [Segment(text='dull', strength=-1), Segment(text=' - ', strength=0), Segment(text='fine', strength=3),
     Segment(text='.', strength=0)]
    """
    text, place = explanation.text, 0
    pieces = []
    for start, end, strength in _joined(text, _marked(explanation)):
        pieces += [Segment(text[place:start]), Segment(text[start:end], strength)]
        place = end
    return [piece for piece in [*pieces, Segment(text[place:])] if piece.text]


def strength_of(value: float, strongest: float) -> int:
    """Return how strong a contribution is beside the strongest, from -3 to 3.

    Examples
    --------
    >>> [strength_of(value, 2.0) for value in (2.0, -0.7, 0.25, 0.1)]
    [3, -2, 1, 0]
    """
    if not strongest:
        return 0
    steps = sum(abs(value) / strongest >= step for step in STEPS)
    return steps if value > 0 else -steps


def strongest_phrases(explanation: Explanation, n: int = N_PHRASES) -> tuple[list[Contribution], float]:
    """Return the strongest n-grams and the sum of the remaining ones.

    Returns
    -------
    phrases : list of Contribution
    rest : float
        ``rest + intercept + sum of the phrases`` is the decision value.
    """
    phrases = [part for part in explanation.contributions[:n] if part.value]
    return phrases, explanation.decision - explanation.intercept - sum(part.value for part in phrases)


def _marked(explanation: Explanation) -> list[tuple[Span, int]]:
    """Return the spans worth a mark with their strengths, in the order of the text."""
    weights = explanation.highlights()
    if not weights:
        return []
    ranked = sorted(weights, key=lambda part: -abs(part[1]))[:MAX_MARKED]  # of equals, the first in the text
    strongest = abs(ranked[0][1])
    strengths = [(span, strength_of(weight, strongest)) for span, weight in ranked]
    return sorted((span, strength) for span, strength in strengths if strength)


def _joined(text: str, marks: list[tuple[Span, int]]) -> list[tuple[int, int, int]]:
    """Join neighbours of one strength that only blanks part; of marks that overlap, keep the first."""
    joined: list[tuple[int, int, int]] = []
    for (start, end), strength in marks:
        first, place, before = joined[-1] if joined else (0, 0, 0)
        if start >= place and strength == before and not text[place:start].strip(" "):
            joined[-1] = (first, end, strength)
        elif start >= place:
            joined.append((start, end, strength))
    return joined
