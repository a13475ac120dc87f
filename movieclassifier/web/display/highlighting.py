"""Cut a text into pieces and mark the words that speak for or against the answer."""

from dataclasses import dataclass

from movieclassifier.features.folding import Span
from movieclassifier.models.explanation import Contribution, Explanation

# Log-odds from which a word is marked, marked clearly, and marked strongly. They are absolute: in a text that decides
# nothing no word is marked strongly.
STEPS = (0.2, 0.6, 1.2)
# The strongest words are enough for a reader, and keep the page of a very long text small.
MAX_MARKED = 150
N_PHRASES = 10


@dataclass(frozen=True)
class Segment:
    """A piece of a text.

    Attributes
    ----------
    text : str
    strength : int
        From -3 (strongly against the answer) over 0 (plain) to 3 (strongly for it).
    value : float
        Log-odds that its words add to the answer.
    """

    text: str
    strength: int = 0
    value: float = 0.0

    @property
    def side(self) -> str:
        """The side it takes, in a word: "for" or "against", or nothing."""
        return "for" if self.strength > 0 else "against" if self.strength < 0 else ""

    @property
    def is_word(self) -> bool:
        """Whether it holds more than punctuation."""
        return any(character.isalnum() for character in self.text)


def segments(explanation: Explanation, temperature: float = 1.0) -> list[Segment]:
    """Cut a text into segments; joined they are the text.

    Neighbouring words of one strength make one segment, with the blanks between them.

    Parameters
    ----------
    explanation : Explanation
    temperature : float
        Divides the contributions, as it divides the decision value before that becomes a probability.

    Returns
    -------
    list of Segment

    Examples
    --------
    >>> parts = (Contribution("fine", 2.0, 1, ((7, 11),)), Contribution("dull", -0.5, 2, ((0, 4),)))
    >>> segments(Explanation("dull - fine.", "positive", 1.5, 0.0, parts))
    [Segment(text='dull', strength=-1, value=-0.5), Segment(text=' - ', strength=0, value=0.0),
     Segment(text='fine', strength=3, value=2.0), Segment(text='.', strength=0, value=0.0)]
    """
    text, place = explanation.text, 0
    pieces = []
    for start, end, strength, value in _joined(text, _marked(explanation, temperature)):
        pieces += [Segment(text[place:start]), Segment(text[start:end], strength, value)]
        place = end
    return [piece for piece in [*pieces, Segment(text[place:])] if piece.text]


def strength_of(value: float) -> int:
    """Return how strongly a contribution is marked, from -3 to 3.

    Examples
    --------
    >>> [strength_of(value) for value in (2.0, -0.7, 0.25, 0.1)]
    [3, -2, 1, 0]
    """
    steps = sum(abs(value) >= step for step in STEPS)
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


def _marked(explanation: Explanation, temperature: float) -> list[tuple[Span, int, float]]:
    """Return the spans worth a mark with their strengths and values, in the order of the text."""
    weights = [(span, weight / temperature) for span, weight in explanation.highlights()]
    ranked = sorted(weights, key=lambda part: -abs(part[1]))[:MAX_MARKED]  # of equals, the first in the text
    strengths = [(span, strength_of(weight), weight) for span, weight in ranked]
    # A full stop or a comma decides something, as a part of phrases, but a mark on it tells a reader nothing.
    text = explanation.text
    return sorted(mark for mark in strengths if mark[1] and (mark[0][1] - mark[0][0] > 1 or text[mark[0][0]].isalnum()))


def _joined(text: str, marks: list[tuple[Span, int, float]]) -> list[tuple[int, int, int, float]]:
    """Join neighbours of one strength that only blanks part; of marks that overlap, keep the first."""
    joined: list[tuple[int, int, int, float]] = []
    for (start, end), strength, value in marks:
        first, place, before, sum_before = joined[-1] if joined else (0, 0, 0, 0.0)
        if start >= place and strength == before and not text[place:start].strip(" "):
            joined[-1] = (first, end, strength, sum_before + value)
        elif start >= place:
            joined.append((start, end, strength, value))
    return joined
