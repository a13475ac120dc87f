"""A waterfall: how the strongest phrases add up from the starting point to the answer."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from movieclassifier.models.explanation import Explanation
from movieclassifier.web.display.highlighting import strongest_phrases
from movieclassifier.web.display.wording import signed

N_STEPS = 10
MARGIN = 4.0


@dataclass(frozen=True)
class WaterfallRow:
    """A row of a waterfall.

    Attributes
    ----------
    name, value : str
    left, width : float
        Of its bar, in per cent of the picture.
    kind : {"for", "against", "total"}
    """

    name: str
    value: str
    left: float
    width: float
    kind: str


@dataclass(frozen=True)
class Waterfall:
    """Rows from the starting point to the sum.

    Attributes
    ----------
    steps : list of WaterfallRow
    zero : float
        Where neither side leads, in per cent of the picture.
    total : float
        The sum, in log-odds.
    """

    steps: list[WaterfallRow]
    zero: float
    total: float

    @property
    def alone(self) -> float:
        """The chance of the label against all remaining ones that the sum means: its logistic function.

        Examples
        --------
        >>> round(Waterfall([], 50.0, total=4.29).alone, 3)
        0.986
        """
        return 1 / (1 + math.exp(-self.total)) if self.total > -700 else 0.0


def waterfall(explanation: Explanation, temperature: float = 1.0, n: int = N_STEPS) -> Waterfall:
    """Lay out how an explanation adds up, in log-odds after the temperature.

    Parameters
    ----------
    explanation : Explanation
    temperature : float
    n : int
        Phrases with a row of their own; the remaining ones share a row.
    """
    phrases, rest = strongest_phrases(explanation, n)
    parts = [("starting point", explanation.intercept), *((part.ngram, part.value) for part in phrases)]
    if abs(rest) > 1e-9:
        parts.append(("all remaining words", rest))
    values = [(name, value / temperature) for name, value in parts]
    return _laid_out(values, explanation.decision / temperature)


def _laid_out(values: Sequence[tuple[str, float]], total: float) -> Waterfall:
    edges = [0.0]
    for _, value in values:
        edges.append(edges[-1] + value)
    low, high = min(edges), max(edges)
    scale = (100 - 2 * MARGIN) / max(high - low, 1e-6)

    def step(name: str, value: float, start: float, end: float, kind: str) -> WaterfallRow:
        left = MARGIN + (min(start, end) - low) * scale
        return WaterfallRow(name, signed(value, 2), round(left, 2), round(max(abs(end - start) * scale, 0.4), 2), kind)

    steps = [
        step(name, value, edges[place], edges[place + 1], "for" if value > 0 else "against")
        for place, (name, value) in enumerate(values)
    ]
    steps.append(step("sum", total, 0.0, edges[-1], "total"))
    return Waterfall(steps, round(MARGIN - low * scale, 2), total)
