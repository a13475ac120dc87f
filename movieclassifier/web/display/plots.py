"""Plots as plain geometry, which the template macros.html draws as inline SVG; a table says the same as each plot."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from movieclassifier.models.intervals import wilson
from movieclassifier.web.display.reliability import Bin
from movieclassifier.web.display.wording import count_of, day_of

WIDTH, HEIGHT = 640, 260
LEFT, RIGHT, TOP, BOTTOM = 72, 12, 16, 36
MIN_DAYS, MAX_BARS = 14, 42
MAX_POINTS = 60
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
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
        The meaning of the picture, in a sentence.
    header : tuple of str
        Of the table.
    rows : list of tuple of str
        The figures.
    points, band, diagonal : str
        A line, the area of its intervals, and a line to compare with, as SVG writes points.
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
    band: str = ""
    diagonal: str = ""
    bars: list[Bar] = field(default_factory=list)
    grid: list[Caption] = field(default_factory=list)
    labels: list[Caption] = field(default_factory=list)
    legend: tuple[tuple[str, str], ...] = ()


def accuracy_plot(title: str, one: str, curve: Sequence[tuple[int, float]], counts: Sequence[int] = ()) -> Plot:
    """Draw a share of right answers, from 0 to 100%, against a running number.

    Parameters
    ----------
    title : str
    one : str
        The noun of the running number, in the singular.
    curve : sequence of (int, float)
        At least one number with its share, ascending.
    counts : sequence of int
        How many answers each share is of, for its 95% interval; by default the running number.
    """
    of = dict(zip((n for n, _ in curve), counts or (n for n, _ in curve), strict=True))
    curve = thinned(curve)
    first, last = curve[0][0], curve[-1][0]

    def across(n: int) -> float:
        return _x((n - first) / (last - first) if last > first else 1.0)

    line = [(across(n), n, share) for n, share in curve]
    if len(line) == 1:  # make a line of a single point
        line = [(_x(0.0), *line[0][1:]), line[0]]
    bounds = [(x, *wilson(share, of[n])) for x, n, share in line]
    low, high = wilson(curve[-1][1], of[last])
    return Plot(
        title,
        f"After {count_of(last, one)} the share is {curve[-1][1]:.1%}; its 95% interval goes from {low:.1%} to "
        f"{high:.1%}.",
        (f"{one}s".capitalize(), "Right answers", "95% interval"),
        [(f"{n:,}", f"{share:.1%}", "{:.1%} – {:.1%}".format(*wilson(share, of[n]))) for n, share in curve],
        points=" ".join(f"{x:g},{_y(share):g}" for x, _, share in line),
        band=" ".join(
            [f"{x:g},{_y(high):g}" for x, _, high in bounds] + [f"{x:g},{_y(low):g}" for x, low, _ in bounds[::-1]]
        ),
        grid=_share_grid(),
        labels=[
            Caption(LEFT, HEIGHT - 8, f"{first:,}", "start"),
            Caption(WIDTH - RIGHT, HEIGHT - 8, count_of(last, one), "end"),
        ],
    )


def calibration_plot(bins: Sequence[Bin]) -> Plot:
    """Draw the share of right answers against the probability that the model claimed, with 95% intervals.

    Parameters
    ----------
    bins : sequence of Bin
        At least one.
    """
    bars = []
    for found in bins:
        low, high = wilson(found.right, found.n)
        x = _x(found.claimed)
        bars.append(Bar(x - 1, _y(high), 2, round(_y(low) - _y(high), 1), "whisker"))
        bars.append(Bar(x - 4, round(_y(found.right) - 4, 1), 8, 8, "point"))
    n = sum(found.n for found in bins)
    gap = 100 * sum(found.n * abs(found.right - found.claimed) for found in bins) / n
    return Plot(
        "Does it know how sure it may be?",
        f"On its {count_of(n, 'guard text')}, which neither the training nor a vote teaches it: a dot on the dashed "
        f"line is as often right as the model says. The dots are {gap:.1f} points off on average. The training set how "
        "sure it claims to be on the holdout that these texts come from; new texts may lie farther off.",
        ("It claims", "It is right", "95% interval", "Texts"),
        [
            (f"{b.claimed:.0%}", f"{b.right:.0%}", "{:.0%} – {:.0%}".format(*wilson(b.right, b.n)), f"{b.n:,}")
            for b in bins
        ],
        bars=bars,
        diagonal=f"{_x(0):g},{_y(0):g} {_x(1):g},{_y(1):g}",
        grid=_share_grid(),
        labels=[Caption(_x(share), HEIGHT - 8, f"{share:.0%}", anchor) for share, anchor in _ENDS],
    )


def votes_plot(days: Sequence[tuple[date, int, int]]) -> Plot:
    """Draw the votes of each day, over two weeks at least.

    Parameters
    ----------
    days : sequence of (date, int, int)
        A day with its number of votes for a right and for a wrong answer, ascending; the last 42 days are drawn.
    """
    days = every_day(days)
    top = nice_ceiling(max(right + wrong for _, right, wrong in days))
    step = (WIDTH - LEFT - RIGHT) / len(days)
    bars = []
    for place, (_, right, wrong) in enumerate(days):
        x, width = round(LEFT + place * step + step * 0.15, 1), round(step * 0.7, 1)
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
        labels=[
            Caption(LEFT, HEIGHT - 10, _short(days[0][0]), "start"),
            Caption(WIDTH - RIGHT, HEIGHT - 10, _short(days[-1][0]), "end"),
        ],
        legend=(("correct", "Correct"), ("incorrect", "Incorrect")),
    )


def every_day(days: Sequence[tuple[date, int, int]]) -> list[tuple[date, int, int]]:
    """Return the last days without a gap, over two weeks at least.

    Examples
    --------
    >>> found = every_day([(date(2026, 3, 1), 2, 1), (date(2026, 3, 3), 1, 0)])
    >>> len(found), found[-2:]
    (14, [(datetime.date(2026, 3, 2), 0, 0), (datetime.date(2026, 3, 3), 1, 0)])
    """
    last = days[-1][0]
    n_days = min(max((last - days[0][0]).days + 1, MIN_DAYS), MAX_BARS)
    counts = {day: (right, wrong) for day, right, wrong in days}
    wanted = [last - timedelta(days=n_days - 1 - place) for place in range(n_days)]
    return [(day, *counts.get(day, (0, 0))) for day in wanted]


def span_of(first: date, last: date) -> str:
    """Return the days from the first to the last.

    Examples
    --------
    >>> span_of(date(2026, 3, 1), date(2026, 3, 1)), span_of(date(2026, 2, 28), date(2026, 3, 1))
    ('On 1 March 2026', 'From 28 February 2026 to 1 March 2026')
    """
    return f"On {day_of(last)}" if first == last else f"From {day_of(first)} to {day_of(last)}"


def nice_ceiling(n: int) -> int:
    """Return an even round number that is not below `n`.

    Examples
    --------
    >>> [nice_ceiling(n) for n in (1, 3, 9, 14, 60, 700)]
    [2, 4, 10, 20, 60, 800]
    """
    power: int = 10 ** max(len(str(n)) - 1, 0)
    return next(step * power for step in (2, 4, 6, 8, 10) if step * power >= n)


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


_ENDS = ((0.0, "start"), (0.5, "middle"), (1.0, "end"))


def _share_grid() -> list[Caption]:
    return [Caption(LEFT - 8, _y(share), f"{share:.0%}", "end") for share in SHARES]


def _short(day: date) -> str:
    return f"{day.day} {day:%b}"


def _x(share: float) -> float:
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def _y(share: float) -> float:
    return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)
