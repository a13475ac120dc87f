"""The style of all pictures: colours that colour-blind people can tell apart, few lines, no frame."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any
from unicodedata import category

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, SOFT, LINE, PAPER = "#1d2733", "#5b6775", "#dfe4ea", "#ffffff"
# The colours of the labels on the pages of the site, in the order of the labels; a test compares the two.
LABELS = ("#a8430b", "#0b638a", "#6444a8", "#3a7020", "#a02c66", "#725a00", "#4c5661", "#84372b")
FOR = LABELS[1]
# What each colour is on a dark page.
DARK = {INK: "#e6ebf0", SOFT: "#a3afbb", LINE: "#35404c", PAPER: "#1a222b"} | dict(
    zip(LABELS, ("#f4a672", "#79c8ea", "#bda7f2", "#9bd17e", "#f3a0c8", "#dfc766", "#b8c1cb", "#e6a496"), strict=True)
)
# DejaVu Sans has neither Chinese, Japanese and Korean letters nor many emoji.
FONT = "DejaVu Sans"
FALLBACKS = ("Noto Sans CJK SC", "WenQuanYi Zen Hei", "Microsoft YaHei", "Hiragino Sans", "Noto Emoji", "Symbola")
SETTINGS: dict[Any, Any] = {
    "font.size": 10,
    # Prices and labels may have dollars in them, which otherwise begin a formula.
    "text.parse_math": False,
    "text.color": INK,
    "axes.labelcolor": SOFT,
    "axes.edgecolor": LINE,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": LINE,
    "grid.linewidth": 0.8,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "xtick.minor.size": 0,
    "lines.linewidth": 2,
    "lines.solid_capstyle": "round",
    "legend.frameon": False,
    "figure.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "svg.hashsalt": "movieclassifier",
}


def colours(n_classes: int) -> list[str]:
    """Return a colour for each class, the same as on the pages of the site.

    Examples
    --------
    >>> colours(2)
    ['#a8430b', '#0b638a']
    """
    return [LABELS[i % len(LABELS)] for i in range(n_classes)]


def dark_rules() -> str:
    """Return CSS that gives the shapes of an SVG their dark colours where the reader prefers a dark page."""
    rules = [
        f'[style*="{part}: {light}"] {{ {part}: {dark} !important }}'
        for light, dark in DARK.items()
        for part in ("fill", "stroke")
    ]
    return "@media (prefers-color-scheme: dark) { " + " ".join(rules) + " }"


@cache
def families() -> list[str]:
    """Return the fonts to draw with: the one that comes with matplotlib, and what this machine has for its gaps."""
    from matplotlib.font_manager import fontManager

    installed = set(fontManager.get_font_names())
    return [FONT, *(name for name in FALLBACKS if name in installed)]


def drawable(text: str) -> str:
    r"""Return a text without what cannot be in a picture: white space as spaces, control characters as a mark.

    Examples
    --------
    >>> drawable("so\tgood\x01")
    'so good\ufffd'
    """
    joined = (" " if c.isspace() else c for c in text if category(c) != "Cf")
    return "".join(c if c.isprintable() else "\ufffd" for c in joined)


@contextmanager
def figure(width: float = 7.2, height: float = 4.0) -> "Iterator[Figure]":
    """Make a figure in this style, width and height in inches; it belongs to no window."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(SETTINGS | {"font.family": families()}):
        yield Figure(figsize=(width, height), layout="constrained")


def percent(axis: "Axes", which: str) -> None:
    """Write the numbers of the x or y axis as percentages."""
    from matplotlib.ticker import FuncFormatter

    getattr(axis, f"{which}axis").set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:.6g}%"))


def counts(axis: "Axes", which: str) -> None:
    """Write the numbers of the x or y axis with commas."""
    from matplotlib.ticker import FuncFormatter

    getattr(axis, f"{which}axis").set_major_formatter(FuncFormatter(lambda n, _: f"{n:,.0f}"))
