"""Plots as plain geometry, which the template macros.html draws as inline SVG; each has a table beside it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from movieclassifier.web.display.wording import count_of, day_of, signed

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 72, 12, 16, 36
MAX_BARS = 42
MAX_POINTS = 60
# Step and beginning of an axis that ends at 100%, in per cent; the highest that is low enough is taken.
AXES = ((2, 90), (5, 80), (10, 70), (10, 60), (20, 40), (20, 20), (20, 0))
ROW = 28
WORDS = 210


@dataclass(frozen=True)
class Caption:
    """A word at a place of the picture; `anchor` as SVG's text-anchor has it."""

    x: float
    y: float
    text: str
    anchor: str = "middle"


@dataclass(frozen=True)
class Bar:
    """A rectangle; `kind` is its class in the style sheet."""

    x: float
    y: float
    width: float
    height: float
    kind: str


@dataclass(frozen=True)
class Plot:
    """A picture, and the same facts in words and as a table.

    Attributes
    ----------
    title : str
    summary : str
        What the picture shows, in a sentence.
    header : tuple of str
        Of the table.
    rows : list of tuple of str
        The figures.
    grid : list of Caption
        Marks of the value axis; a line crosses the picture at each.
    """

    title: str
    summary: str
    header: tuple[str, ...]
    rows: list[tuple[str, ...]]
    height: int = HEIGHT
    width: int = WIDTH
    points: str = ""
    bars: list[Bar] = field(default_factory=list)
    grid: list[Caption] = field(default_factory=list)
    labels: list[Caption] = field(default_factory=list)
    legend: tuple[tuple[str, str], ...] = ()


def accuracy_plot(title: str, one: str, curve: Sequence[tuple[int, float]]) -> Plot:
    """Draw a share of right answers against a running number.

    Parameters
    ----------
    title : str
    one : str
        What is counted, in the singular.
    curve : sequence of (int, float)
        At least one number with its share, ascending.
    """
    curve = thinned(curve)
    low, step = nice_ticks(min(share for _, share in curve))
    first, last = curve[0][0], curve[-1][0]

    def place(n: int, share: float) -> tuple[float, float]:
        across = (n - first) / (last - first) if last > first else 1.0
        return _x(across), _y((share - low) / (1 - low))

    ticks = [place / 100 for place in range(round(100 * low), 101, step)]
    return Plot(
        title,
        f"After {count_of(last, one)} the share is {curve[-1][1]:.1%}; the lowest shown is "
        f"{min(share for _, share in curve):.1%}.",
        (f"{one}s".capitalize(), "Right answers"),
        [(f"{n:,}", f"{share:.1%}") for n, share in curve],
        points=" ".join(f"{x:g},{y:g}" for x, y in (place(n, share) for n, share in _doubled(curve))),
        grid=[Caption(LEFT - 8, place(first, tick)[1], f"{tick:.0%}", "end") for tick in ticks],
        labels=[
            Caption(LEFT, HEIGHT - 8, f"{first:,}", "start"),
            Caption(WIDTH - RIGHT, HEIGHT - 8, count_of(last, one), "end"),
        ],
    )


def votes_plot(days: Sequence[tuple[date, int, int]]) -> Plot:
    """Draw the votes of each day.

    Parameters
    ----------
    days : sequence of (date, int, int)
        A day with its number of votes for a right and for a wrong answer, ascending; the last 42 are drawn.
    """
    days = days[-MAX_BARS:]
    top = nice_ceiling(max(right + wrong for _, right, wrong in days))
    step = (WIDTH - LEFT - RIGHT) / max(len(days), 7)
    left = LEFT + (WIDTH - LEFT - RIGHT - len(days) * step) / 2  # few bars stand in the middle
    bars = []
    for place, (_, right, wrong) in enumerate(days):
        x, width = round(left + place * step + step * 0.15, 1), round(step * 0.7, 1)
        middle, high = _y(right / top), _y((right + wrong) / top)
        bars += [Bar(x, middle, width, round(_y(0) - middle, 1), "correct")] * bool(right)
        bars += [Bar(x, high, width, round(middle - high, 1), "incorrect")] * bool(wrong)
    total_right, total_wrong = sum(right for _, right, _ in days), sum(wrong for _, _, wrong in days)
    return Plot(
        "Votes by day",
        f"{span_of(days[0][0], days[-1][0])}: {total_right:,} said Correct, {total_wrong:,} said Incorrect.",
        ("Day", "Correct", "Incorrect"),
        [(day.isoformat(), f"{right:,}", f"{wrong:,}") for day, right, wrong in reversed(days)],
        bars=bars,
        grid=[Caption(LEFT - 8, _y(tick / top), f"{tick:,}", "end") for tick in (0, top // 2, top)],
        labels=_day_labels(days, left, step),
        legend=(("correct", "Correct"), ("incorrect", "Incorrect")),
    )


def words_plot(title: str, words: Sequence[tuple[str, float]]) -> Plot:
    """Draw the weights of words, the strongest on top.

    Parameters
    ----------
    title : str
    words : sequence of (str, float)
        At least one.
    """
    largest = max(abs(weight) for _, weight in words) or 1.0
    bars, labels = [], []
    for row, (word, weight) in enumerate(words):
        length, y = round(abs(weight) / largest * (WIDTH - WORDS - 80), 1), TOP + row * ROW
        bars.append(Bar(WORDS, y, length, ROW - 6, "for" if weight > 0 else "against"))
        labels.append(Caption(WORDS - 10, y + ROW - 11, word if len(word) <= 20 else word[:19] + "…", "end"))
        labels.append(Caption(WORDS + length + 8, y + ROW - 11, signed(weight, 1), "start"))
    return Plot(
        title,
        f"“{words[0][0]}” weighs most: {signed(words[0][1], 1)}. The bars are the model’s weights, in log-odds.",
        ("Word or phrase", "Weight"),
        [(word, signed(weight, 2)) for word, weight in words],
        height=TOP + len(words) * ROW + 8,
        bars=bars,
        labels=labels,
    )


def span_of(first: date, last: date) -> str:
    """Return the days from the first to the last.

    Examples
    --------
    >>> span_of(date(2026, 3, 1), date(2026, 3, 1)), span_of(date(2026, 2, 28), date(2026, 3, 1))
    ('On 1 March 2026', 'From 28 February 2026 to 1 March 2026')
    """
    return f"On {day_of(last)}" if first == last else f"From {day_of(first)} to {day_of(last)}"


def nice_ticks(lowest: float) -> tuple[float, int]:
    """Return where an axis of shares begins, and its step in per cent: round numbers, the last of them 100%.

    Examples
    --------
    >>> nice_ticks(0.97), nice_ticks(0.71), nice_ticks(0.5), nice_ticks(0.0)
    ((0.9, 2), (0.7, 10), (0.4, 20), (0.0, 20))
    """
    step, low = next((step, low) for step, low in AXES if low <= 100 * lowest)
    return low / 100, step


def nice_ceiling(n: int) -> int:
    """Return an even round number that is not below `n`.

    Examples
    --------
    >>> [nice_ceiling(n) for n in (1, 3, 9, 14, 60, 700)]
    [2, 4, 10, 20, 100, 1000]
    """
    power: int = 10 ** max(len(str(n)) - 1, 0)
    return next(step * power for step in (2, 4, 10) if step * power >= n)


def thinned(curve: Sequence[tuple[int, float]], n: int = MAX_POINTS) -> list[tuple[int, float]]:
    """Return at most `n` points of a curve, evenly spread, the first and the last among them.

    Examples
    --------
    >>> [x for x, _ in thinned([(x, 0.5) for x in range(100)], 4)]
    [0, 33, 66, 99]
    """
    if len(curve) <= n:
        return list(curve)
    return [curve[round(place * (len(curve) - 1) / (n - 1))] for place in range(n)]


def _x(share: float) -> float:
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def _y(share: float) -> float:
    return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)


def _doubled(curve: list[tuple[int, float]]) -> list[tuple[int, float]]:
    """Make a line of a single point."""
    return curve if len(curve) > 1 else [curve[0], curve[0]]


def _day_labels(days: Sequence[tuple[date, int, int]], left: float, step: float) -> list[Caption]:
    first, last = (f"{days[place][0].day} {days[place][0]:%b}" for place in (0, -1))
    if len(days) < 4:
        return [Caption(round(left + len(days) * step / 2, 1), HEIGHT - 10, " – ".join(dict.fromkeys((first, last))))]
    ends = (round(left, 1), first, "start"), (round(left + len(days) * step, 1), last, "end")
    return [Caption(x, HEIGHT - 10, day, anchor) for x, day, anchor in ends]
