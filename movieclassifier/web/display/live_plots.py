"""Plots of the live pages: the topics of the news, how sure the model is, and the scores of posts."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

from movieclassifier.feedback.log.live.entities import DayOfSource
from movieclassifier.models.abstaining import Thresholds
from movieclassifier.web.display.plots import (
    BOTTOM,
    HEIGHT,
    LEFT,
    MAX_BARS,
    RIGHT,
    ROW,
    TOP,
    WIDTH,
    WORDS,
    Bar,
    Caption,
    Plot,
    nice_ceiling,
    span_of,
)
from movieclassifier.web.display.wording import count_of

CANNOT_TELL = "can’t tell"
N_COLOURS = 7
N_BINS = 20
MAX_ROWS = 20
DOT = 9
Counts = Sequence[tuple[str, str, int]]


def topic_name(outcome: str) -> str:
    """Return an outcome as people read it."""
    return outcome or CANNOT_TELL


def topics_plot(counts: Counts) -> Plot:
    """Draw the share of each topic.

    Parameters
    ----------
    counts : sequence of (str, str, int)
        Newspaper, topic, and number of articles; at least one.
    """
    sums: Counter[str] = Counter()
    for _, topic, n in counts:
        sums[topic_name(topic)] += n
    total = sums.total()
    ranked = sums.most_common()
    bars, labels = [], []
    for row, (topic, n) in enumerate(ranked):
        length, y = round(n / ranked[0][1] * (WIDTH - WORDS - 110), 1), TOP + row * ROW
        bars.append(Bar(WORDS, y, length, ROW - 8, "correct"))
        labels.append(Caption(WORDS - 10, y + ROW - 12, _short(topic), "end"))
        labels.append(Caption(WORDS + length + 8, y + ROW - 12, f"{n:,} ({n / total:.0%})", "start"))
    topic, n = ranked[0]
    return Plot(
        "What the news are about",
        f"Of {count_of(total, 'article')}, {n / total:.0%} are filed under {topic}.",
        ("Topic", "Articles", "Share"),
        [(topic, f"{n:,}", f"{n / total:.1%}") for topic, n in ranked],
        height=TOP + len(ranked) * ROW + 4,
        bars=bars,
        labels=labels,
    )


def newspapers_plot(counts: Counts) -> Plot:
    """Draw the topics of each newspaper, as parts of a whole."""
    topics = [topic for topic, _ in Counter({topic: 0 for _, topic, _ in counts}).items()]
    order = sorted(topics, key=lambda topic: (topic in ("other", ""), topic == "", topic))
    colour = {topic: f"t{place % N_COLOURS}" for place, topic in enumerate(order)}
    papers = sorted({paper for paper, _, _ in counts})[:MAX_ROWS]
    found = {(paper, topic): n for paper, topic, n in counts}
    bars, labels, rows = [], [], []
    for row, paper in enumerate(papers):
        total = sum(found.get((paper, topic), 0) for topic in order)
        x, y = float(WORDS), TOP + row * ROW
        for topic in order:
            width = (WIDTH - WORDS - 60) * found.get((paper, topic), 0) / total
            if width:
                bars.append(Bar(round(x, 1), y, round(max(width - 1.5, 0.5), 1), ROW - 8, colour[topic]))
            x += width
        labels.append(Caption(WORDS - 10, y + ROW - 12, _short(paper), "end"))
        labels.append(Caption(WIDTH - 52, y + ROW - 12, f"{total:,}", "start"))
        rows.append((paper, *(f"{found.get((paper, topic), 0):,}" for topic in order)))
    return Plot(
        "Topics by newspaper",
        f"The articles of {count_of(len(papers), 'newspaper')} by topic; each bar is all that is kept of one of them.",
        ("Newspaper", *map(topic_name, order)),
        rows,
        height=TOP + len(papers) * ROW + 4,
        bars=bars,
        labels=labels,
        legend=tuple((colour[topic], topic_name(topic)) for topic in order),
    )


def probabilities_plot(probabilities: Sequence[float], thresholds: Thresholds) -> Plot:
    """Draw how sure the model is of the articles, with the threshold of a whole article as a line."""
    least = thresholds.least[-1]
    plot = _histogram("How sure the model is", probabilities, "article")
    below = sum(value < least for value in probabilities)
    x = _across(least)
    return Plot(
        plot.title,
        f"The line is at {least:.2f}: an article below it is filed under “other”. {below:,} of "
        f"{count_of(len(probabilities), 'article')} are below it; shorter texts have a line of their own.",
        ("Probability", "Articles"),
        plot.rows,
        bars=[*plot.bars, Bar(x - 1, TOP, 2, HEIGHT - TOP - BOTTOM, "limit")],
        grid=plot.grid,
        labels=plot.labels,
    )


def scores_plot(scores: Sequence[float], name: str) -> Plot:
    """Draw how many posts have each score."""
    plot = _histogram("Posts by score", scores, "post")
    high = sum(score > 0.5 for score in scores)
    return Plot(
        plot.title,
        f"{high:,} of {count_of(len(scores), 'post')} are more probably {name} than not.",
        (f"Score for {name}", "Posts"),
        plot.rows,
        bars=plot.bars,
        grid=plot.grid,
        labels=plot.labels,
    )


def dots_plot(scores: Sequence[tuple[str, float]], name: str, mean: tuple[float, float, float]) -> Plot:
    """Draw the score of each post in the order of time, with the mean and its interval.

    Parameters
    ----------
    scores : sequence of (str, float)
        A time and a score each, the oldest first; at least one.
    name : str
        The label whose probability a score is.
    mean : tuple of (float, float, float)
        The mean, and its interval.
    """
    step = (WIDTH - LEFT - RIGHT - DOT) / max(1, len(scores) - 1)
    middle, low, high = mean
    bars = [
        Bar(LEFT, _up(high), WIDTH - LEFT - RIGHT, max(1.0, round(_up(low) - _up(high), 1)), "interval"),
        Bar(LEFT, _up(middle) - 1, WIDTH - LEFT - RIGHT, 2, "limit"),
    ]
    for place, (_, score) in enumerate(scores):
        side = "correct" if score > 0.5 else "incorrect"
        bars.append(Bar(round(LEFT + place * step, 1), round(_up(score) - DOT / 2, 1), DOT, DOT, f"dot {side}"))
    return Plot(
        "Scores in the order of time",
        f"Each dot is a post, the newest at the right. The line is the mean, {middle:.2f}, and the band its 95% "
        f"interval, from {low:.2f} to {high:.2f}.",
        ("Time", f"Score for {name}"),
        [(when, f"{score:.3f}") for when, score in scores],
        bars=bars,
        grid=[Caption(LEFT - 8, _up(tick / 4), f"{tick / 4:g}", "end") for tick in range(5)],
        labels=[
            Caption(LEFT, HEIGHT - 10, "oldest", "start"),
            Caption(WIDTH - RIGHT, HEIGHT - 10, "newest", "end"),
        ],
    )


def drift_plot(title: str, days: Sequence[DayOfSource], shares: Sequence[float], what: str, line: float = 0.0) -> Plot:
    """Draw a share by day, with a line to compare it with.

    Parameters
    ----------
    title : str
    days : sequence of DayOfSource
        The oldest first; at least one.
    shares : sequence of float
        One for each day.
    what : str
        What has this share, as a phrase.
    line : float
        0 draws none.
    """
    days, shares = days[-MAX_BARS:], shares[-MAX_BARS:]
    top = max(0.1, -(-max(*shares, line, 0.0) // 0.1) * 0.1)
    step = (WIDTH - LEFT - RIGHT) / max(len(days), 7)
    left = LEFT + (WIDTH - LEFT - RIGHT - len(days) * step) / 2
    bars = []
    for place, share in enumerate(shares):
        y = _up(share / top)
        bars.append(
            Bar(round(left + (place + 0.15) * step, 1), y, round(step * 0.7, 1), round(_up(0) - y, 1), "correct")
        )
    if line:
        bars.append(Bar(LEFT, _up(line / top) - 1, WIDTH - LEFT - RIGHT, 2, "limit"))
    first, last = date.fromisoformat(days[0].day), date.fromisoformat(days[-1].day)
    compared = f" The line is at {line:.1%}." if line else ""
    return Plot(
        title,
        f"{span_of(first, last)}: on the last day, {shares[-1]:.1%} {what}.{compared}",
        ("Day", "Share", "Articles"),
        [(day.day, f"{share:.1%}", f"{day.n:,}") for day, share in zip(reversed(days), reversed(shares), strict=True)],
        bars=bars,
        grid=[Caption(LEFT - 8, _up(tick / 2), f"{top * tick / 2:.0%}", "end") for tick in range(3)],
        labels=[
            Caption(round(left, 1), HEIGHT - 10, f"{first.day} {first:%b}", "start"),
            Caption(round(left + len(days) * step, 1), HEIGHT - 10, f"{last.day} {last:%b}", "end"),
        ][: 1 if first == last else 2],
    )


def _histogram(title: str, values: Sequence[float], one: str) -> Plot:
    counts = [0] * N_BINS
    for value in values:
        counts[min(int(value * N_BINS), N_BINS - 1)] += 1
    top = nice_ceiling(max(counts))
    width = (WIDTH - LEFT - RIGHT) / N_BINS
    bars = []
    for place, n in enumerate(counts):
        if n:
            y = _up(n / top)
            bars.append(
                Bar(round(LEFT + place * width + 1, 1), y, round(width - 2, 1), round(_up(0) - y, 1), "correct")
            )
    return Plot(
        title,
        "",
        (),
        [(f"{place / N_BINS:.2f} to {(place + 1) / N_BINS:.2f}", f"{n:,}") for place, n in enumerate(counts) if n],
        bars=bars,
        grid=[Caption(LEFT - 8, _up(tick / top), f"{tick:,}", "end") for tick in (0, top // 2, top)],
        labels=[Caption(round(_across(tick / 4), 1), HEIGHT - 10, f"{tick / 4:g}") for tick in range(5)],
    )


def _up(share: float) -> float:
    return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)


def _across(share: float) -> float:
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def _short(name: str) -> str:
    return name if len(name) <= 20 else name[:19] + "…"
