"""Plots of words and their weights."""

from collections.abc import Mapping, Sequence
from itertools import zip_longest

from movieclassifier.web.display.colours import colour_of
from movieclassifier.web.display.plots import ROW, TOP, WIDTH, WORDS, Bar, Caption, Plot
from movieclassifier.web.display.wording import signed

NARROW = 150
LABELS_OF_SIGNS = ("below zero", "above zero")


def words_plot(words: Mapping[str, Sequence[tuple[str, float]]], labels: Sequence[str]) -> Plot:
    """Draw the strongest words of all labels: two labels on both sides of a middle, more labels below each other.

    Parameters
    ----------
    words : mapping of str to sequence of (str, float)
        Words with their weights by label, the strongest first; at least one.
    labels : sequence of str
        All labels of the model.
    """
    rows = [(name, word, weight) for name, found in words.items() for word, weight in found]
    summary = "The bars are the model’s weights, in log-odds, in the colours of the labels."
    bars, captions, height = _two_sided(words, labels) if len(labels) == 2 else _stacked(rows, labels)
    return Plot(
        "The strongest words",
        summary,
        ("Label", "Word or phrase", "Weight"),
        [(name, word, signed(weight, 2)) for name, word, weight in rows],
        height=height,
        bars=bars,
        labels=captions,
        legend=tuple((colour_of(list(labels).index(name)), name) for name in words),
    )


def weights_plot(title: str, words: Sequence[tuple[str, float]], bars_are: str = "the model’s weights") -> Plot:
    """Draw words with their weights below one another, in the colour of the label that each speaks for.

    Parameters
    ----------
    title : str
    words : sequence of (str, float)
        At least one; above zero a weight speaks for the second of two labels.
    bars_are : str
        The meaning of the bars, as a phrase.
    """
    rows = [(LABELS_OF_SIGNS[weight > 0], word, weight) for word, weight in words]
    bars, captions, height = _stacked(rows, LABELS_OF_SIGNS)
    return Plot(
        title,
        f"“{words[0][0]}” weighs most: {signed(words[0][1], 1)}. The bars are {bars_are}, in log-odds.",
        ("Word or phrase", "Weight"),
        [(word, signed(weight, 2)) for word, weight in words],
        height=height,
        bars=bars,
        labels=captions,
    )


def _two_sided(
    words: Mapping[str, Sequence[tuple[str, float]]], labels: Sequence[str]
) -> tuple[list[Bar], list[Caption], int]:
    left, right = (list(words.get(name, ())) for name in labels)
    longest = max((abs(weight) for _, weight in left + right), default=1.0) or 1.0
    half = WIDTH / 2
    bars, captions = [], []
    for row, pair in enumerate(zip_longest(left, right)):
        y = TOP + row * ROW
        for side, found, colour in ((-1, pair[0], "l0"), (1, pair[1], "l1")):
            if found is None:
                continue
            length = round(abs(found[1]) / longest * (half - NARROW), 1)
            bars.append(Bar(half - length if side < 0 else half, y, length, ROW - 6, colour))
            captions.append(
                Caption(half + side * (length + 8), y + ROW - 11, _cut(found[0]), "end" if side < 0 else "start")
            )
    return bars, captions, TOP + max(len(left), len(right)) * ROW + 8


def _stacked(rows: Sequence[tuple[str, str, float]], labels: Sequence[str]) -> tuple[list[Bar], list[Caption], int]:
    longest = max(abs(weight) for *_, weight in rows) or 1.0
    bars, captions = [], []
    for row, (name, word, weight) in enumerate(rows):
        length, y = round(abs(weight) / longest * (WIDTH - WORDS - 80), 1), TOP + row * ROW
        bars.append(Bar(WORDS, y, length, ROW - 6, colour_of(list(labels).index(name))))
        captions.append(Caption(WORDS - 10, y + ROW - 11, _cut(word), "end"))
        captions.append(Caption(WORDS + length + 8, y + ROW - 11, signed(weight, 1), "start"))
    return bars, captions, TOP + len(rows) * ROW + 8


def _cut(word: str) -> str:
    return word if len(word) <= 20 else word[:19] + "…"
