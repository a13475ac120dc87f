"""Mistakes as a page shows them: the telling part of a text, its words coloured by what they add."""

import re
from dataclasses import dataclass

from movieclassifier.models.classifier import Classifier
from movieclassifier.reports.scored_documents import Mistake
from movieclassifier.reports.style import LABELS

EXCERPT = 700
LONG_WORD = 30
N_SHADES = 4
LINE_BREAKS = re.compile(r"(?:\s*<br\s*/?>|\s*\n)+\s*")
TAG = re.compile(r"<[A-Za-z/!][^>]*>")


@dataclass(frozen=True)
class MarkedPiece:
    """Some characters of a text.

    Attributes
    ----------
    text : str
    shade : int
        Above 0 where they speak for the predicted label, below 0 against it; 4 is the strongest.
    """

    text: str
    shade: int = 0


@dataclass(frozen=True)
class ShownMistake:
    """A mistake and the pieces of its text.

    Attributes
    ----------
    cut : tuple of bool
        Whether text before and after the pieces is left out.
    colours : tuple of str
        The classes in the style sheet of words that speak for the predicted label, and of words that speak against it.
    """

    mistake: Mistake
    name: str
    predicted_name: str
    pieces: list[MarkedPiece]
    words_for: list[str]
    cut: tuple[bool, bool]
    colours: tuple[str, str]


def show(classifier: Classifier, mistake: Mistake) -> ShownMistake:
    """Colour the words of a mistake by what they add to the predicted label.

    Parameters
    ----------
    classifier : Classifier
    mistake : Mistake
    """
    explanation = classifier.explain(mistake.text, mistake.predicted)
    marks = [(start, end, value) for (start, end), value in explanation.highlights()]
    names = dict(zip(classifier.classes_.tolist(), classifier.label_names, strict=True))
    start, stop = telling_part(mistake.text, marks)
    return ShownMistake(
        mistake=mistake,
        name=names[mistake.label],
        predicted_name=names[mistake.predicted],
        pieces=cut_up(mistake.text, marks, start, stop),
        words_for=[part.ngram for part in explanation.contributions if part.value > 0][:5],
        cut=(start > 0, stop < len(mistake.text)),
        colours=colour_classes(classifier.classes_.tolist().index(mistake.predicted), len(names)),
    )


def colour_classes(predicted: int, n_classes: int) -> tuple[str, str]:
    """Return the classes in the style sheet of words for and against the label at a place.

    Of two labels, a word that speaks against one speaks for the other and has its colour.

    Examples
    --------
    >>> colour_classes(0, 2), colour_classes(9, 12)
    (('l0', 'l1 against'), ('l1', 'against'))
    """
    return f"l{predicted % len(LABELS)}", f"l{1 - predicted} against" if n_classes == 2 else "against"


def telling_part(text: str, marks: list[tuple[int, int, float]], size: int = EXCERPT) -> tuple[int, int]:
    """Return where the part of a text begins and ends whose words speak loudest for the predicted label.

    Examples
    --------
    >>> telling_part("so " * 5 + "good", [(0, 2, 0.1), (15, 19, 2.0)], size=10)
    (9, 19)
    """
    if len(text) <= size:
        return 0, len(text)
    best, start = -1.0, 0
    for first, _, _ in marks:
        inside = sum(max(value, 0) for begin, end, value in marks if first <= begin and end <= first + size)
        if inside > best:
            best, start = inside, first
    start = min(start, len(text) - size)
    # Words stay whole, unless they are very long.
    space = text.rfind(" ", 0, start + 1)
    start = space + 1 if start - space < LONG_WORD else start
    stop = text.find(" ", start + size)
    stop = len(text) if stop < 0 else stop
    return outside_tags(text, start, stop if stop - start - size < LONG_WORD else start + size)


def outside_tags(text: str, start: int, stop: int) -> tuple[int, int]:
    """Return where a part of a text begins and ends, without the tags that it would cut.

    Examples
    --------
    >>> outside_tags("so<br />good<br />ly", 5, 14)
    (8, 12)
    """
    for tag in TAG.finditer(text):
        start = tag.end() if tag.start() < start < tag.end() else start
        stop = tag.start() if tag.start() < stop < tag.end() else stop
    return start, stop


def without_breaks(text: str) -> str:
    """Return a text with a sign in place of its line breaks.

    Examples
    --------
    >>> without_breaks("so<br /><br />good")
    'so ¶ good'
    """
    return LINE_BREAKS.sub(" ¶ ", text)


def cut_up(text: str, marks: list[tuple[int, int, float]], start: int, stop: int) -> list[MarkedPiece]:
    """Cut a part of a text where the colour changes.

    Examples
    --------
    >>> cut_up("so good, so", [(0, 2, 0.5), (3, 7, 2.0)], 0, 11)
    [MarkedPiece(text='so', shade=1), MarkedPiece(text=' ', shade=0), MarkedPiece(text='good', shade=4),
     MarkedPiece(text=', so', shade=0)]
    """
    strongest = max((abs(value) for _, _, value in marks), default=0.0) or 1.0
    pieces, place = [], start
    for begin, end, value in marks:
        if begin < place or end > stop:
            continue
        if begin > place:
            pieces.append(MarkedPiece(text[place:begin]))
        shade = round(N_SHADES * abs(value) / strongest)
        pieces.append(MarkedPiece(text[begin:end], shade if value > 0 else -shade))
        place = end
    if place < stop:
        pieces.append(MarkedPiece(text[place:stop]))
    return [MarkedPiece(without_breaks(piece.text), piece.shade) for piece in pieces]
