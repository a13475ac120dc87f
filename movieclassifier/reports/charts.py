"""Pictures of the mistakes and the words of a model: confusion matrix, bars and clouds of n-grams."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from movieclassifier.reports.pictures import Picture, make_picture
from movieclassifier.reports.strong_ngrams import StrongNgram
from movieclassifier.reports.style import INK, LINE, PAPER, SOFT, colours, families, figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from wordcloud import WordCloud

N_BARS = 15
PANELS_IN_A_ROW = 3
# Width and height in pixels.
CLOUD = (900, 420)
# A cloud is clearer without n-grams that begin or end with a mark, such as "awful .".
BARE = re.compile(r"\w(.*\w)?", re.DOTALL)


def _write_cell(axis: "Axes", row: int, column: int, n: int, share: float) -> None:
    """Write the share, and the number below it; if the number is 0, only a faint 0."""
    colour = PAPER if share > 0.55 else INK if n else LINE
    offset = {"textcoords": "offset points", "ha": "center", "color": colour}
    axis.annotate(f"{share:.1%}" if n else "0", (column, row), (0, 0), **offset)  # type: ignore[arg-type]
    if n:
        axis.annotate(f"{n:,}", (column, row), (0, -11), fontsize=8, alpha=0.8, **offset)  # type: ignore[arg-type]


def _confusion_in_words(array: NDArray[np.integer], names: Sequence[str]) -> str:
    off = array.copy()
    np.fill_diagonal(off, 0)
    if not off.any():
        return f"All {array.sum():,} documents are on the diagonal: no mistake."
    row, column = divmod(int(off.argmax()), len(names))
    return (
        f"{np.trace(array):,} of {array.sum():,} documents are on the diagonal. The most frequent mistake is "
        f"{names[row]} taken for {names[column]} ({off.max():,})."
    )


def draw_ngrams(ngrams: Sequence[Sequence[StrongNgram]], names: Sequence[str]) -> Picture:
    """Draw the strongest n-grams of each class as bars."""
    n_columns = min(len(names), 2 if len(names) in (2, 4) else PANELS_IN_A_ROW)
    n_rows = -(-len(names) // n_columns)
    longest = max((row.strength for found in ngrams for row in found), default=1.0)
    with figure(10.2, 0.6 + 3.8 * n_rows) as drawing:
        panels = drawing.subplots(n_rows, n_columns, squeeze=False).ravel()
        for panel in panels[len(names) :]:
            panel.set_axis_off()
        for panel, found, name, colour in zip(panels, ngrams, names, colours(len(names)), strict=False):
            top = list(reversed(found[:N_BARS]))
            panel.barh(range(len(top)), [row.strength for row in top], color=colour, height=0.72)
            panel.set_yticks(range(len(top)), [row.ngram for row in top], color=INK)
            panel.set_title(name, color=colour)
            panel.set_xlim(0, longest * 1.02)
            panel.grid(visible=False)
            panel.set_xticks([])
            panel.spines["bottom"].set_visible(False)
        rows = [
            (name, row.ngram, f"{row.weight:.2f}", f"{row.n_documents:,}")
            for name, found in zip(names, ngrams, strict=True)
            for row in found[:N_BARS]
        ]
        said = "; ".join(
            f"{name}: {', '.join(row.ngram for row in found[:5])}" for name, found in zip(names, ngrams, strict=True)
        )
        headings = ("class", "n-gram", "weight", "documents")
        return make_picture(
            drawing,
            "ngrams",
            "Strongest n-grams",
            alt=f"The strongest n-grams of {said}.",
            headings=headings,
            rows=rows,
        )


def _font_for(text: str) -> str:
    """Return the file of the font that has most of the characters; a cloud is drawn with one font."""
    from matplotlib.font_manager import findfont, get_font

    paths = [str(findfont(f"{family}:bold")) for family in families()]
    return max(paths, key=lambda path: len(set(map(ord, text)) & set(get_font(path).get_charmap())))


def draw_cloud(found: Sequence[StrongNgram], name: str, number: int, n_classes: int) -> Picture:
    """Draw the strongest n-grams of one class as a word cloud: the larger, the stronger."""
    from wordcloud import WordCloud

    words = [row for row in found if BARE.fullmatch(row.ngram)] or list(found)
    cloud = WordCloud(
        font_path=_font_for("".join(row.ngram for row in found)),
        width=CLOUD[0],
        height=CLOUD[1],
        prefer_horizontal=1.0,
        relative_scaling=0.5,
        max_font_size=105,
        margin=8,
        min_font_size=13,
        random_state=1,
    )
    cloud.generate_from_frequencies({row.ngram: row.strength for row in words} or {"–": 1.0})
    with figure(CLOUD[0] / 100, CLOUD[1] / 100) as drawing:
        _write_words(drawing, cloud, colours(n_classes)[number])
        return make_picture(
            drawing,
            f"cloud_{number + 1}",
            name,
            alt=f"The strongest n-grams of {name}: {', '.join(row.ngram for row in words[:12])}.",
            headings=("n-gram", "strength"),
            rows=[(row.ngram, f"{row.strength:.1f}") for row in words],
        )


def _write_words(drawing: "Figure", cloud: "WordCloud", colour: str) -> None:
    """Write the words where the cloud has placed them: in the colour of the class if large, else softer."""
    from PIL.ImageFont import truetype

    for (word, _), size, (top, left), _, _ in cloud.layout_:
        # The cloud knows the upper left corner of the ink in pixels, of which an inch has 100.
        font = truetype(cloud.font_path, size)
        x_of_ink, y_of_ink, _, _ = font.getbbox(word)
        drawing.text(
            (left - x_of_ink) / CLOUD[0],
            1 - (top - y_of_ink + font.getmetrics()[0]) / CLOUD[1],
            word,
            font=Path(cloud.font_path),
            fontsize=size * 0.72,
            va="baseline",
            color=colour if size > 34 else SOFT,
        )
