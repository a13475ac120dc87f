"""What is asked of the figures; each claim is printed with what was measured, and whether it is met."""

from typing import Any

from contenders import DECOMPRESSION, PACKED, READER
from measuring import Cost, Spread

BOOK = "the book's loop, stop words as a set"
PLAIN = "default recipe on plain scikit-learn"
VW = "Vowpal Wabbit -b 22 --ngram 3, raw text"
FASTTEXT = "fastText, bigrams, 5 epochs, 2 threads, conversion included"


def claims(results: dict[str, Any]) -> list[str]:
    """Return a line for each claim."""
    costs, growth, latency, cold = (results[name] for name in ("costs", "growth", "latency", "cold"))
    lines = [
        at_least("book recipe, against the book's loop", ratio(costs, BOOK, best(costs, "book recipe")), 20),
        at_least("default recipe, against the book's loop", ratio(costs, BOOK, best(costs, "default recipe,")), 9),
        at_least("default recipe, against plain scikit-learn", ratio(costs, PLAIN, best(costs, "default recipe,")), 7),
    ]
    lines += process_claims(costs)
    lines += reader_claims(costs)
    for recipe, digests in results["bytes"].items():
        n_models = len(set(digests.values()))
        lines.append(at_most(f"different models of the {recipe} recipe from {', '.join(digests)}", n_models, 1))
    lines += growth_claims(growth)
    return lines + prediction_claims(latency, cold)


def process_claims(costs: dict[str, list[Cost]]) -> list[str]:
    """Return the claims on ``train_online.py`` against those of the peers that took part."""
    trainer = best(costs, "train_online.py --recipe default")
    lines = []
    for kind, by_clock, in_cpu in (("conversion included", 1.8, 1.5), ("on converted text", 1.3, 1.1)):
        if (peer := f"{VW}, {kind}") in costs:
            lines.append(at_least(f"train_online.py, against {peer}", ratio(costs, peer, trainer), by_clock))
            lines.append(at_least(f"CPU seconds, against {peer}", cpu(costs[peer]) / cpu(costs[trainer]), in_cpu))
            gain = accuracy(costs[trainer]) - accuracy(costs[peer])
            lines.append(at_least(f"points of accuracy more than {peer}", 100 * gain, 0))
    if FASTTEXT in costs:
        lines.append(at_least(f"train_online.py, against {FASTTEXT}", ratio(costs, FASTTEXT, trainer), 15))
    return lines


def reader_claims(costs: dict[str, list[Cost]]) -> list[str]:
    """Return the claims on what compression adds to reading, against decompression alone."""
    lines = []
    for ending in PACKED:
        if f"{READER}, {ending}" not in costs:
            continue
        added = seconds(costs[f"{READER}, {ending}"]) - seconds(costs[READER])
        alone = seconds(costs[f"{DECOMPRESSION} {ending}"])
        lines.append(at_most(f"what {ending} adds to reading, against decompression alone", added / alone, 1.2))
    return lines


def prediction_claims(latency: dict[str, list[float]], cold: dict[str, list[Cost]]) -> list[str]:
    """Return the claims on one text, on a thousand, and on the command for one."""
    ours, theirs, swept, thousand = (
        Spread.of(latency[name]).median for name in ("ours_one", "scikit_learn_one", "ours_swept", "ours_thousand")
    )
    return [
        at_least("one prediction, against scikit-learn", theirs / ours, 5),
        at_most("microseconds of one prediction, warm", ours, 15),
        at_most("microseconds of one prediction, caches swept", swept, 80),
        at_least("documents a second, a thousand at a time", 1e9 / thousand, 40_000),
        at_most("CPU seconds of predict TEXT as a process", cpu(cold["predict"]), 0.15),
    ]


def growth_claims(growth: dict[str, list[Cost]]) -> list[str]:
    """Return the claims on time and memory of 16 copies, against one and against what four lead to expect."""
    once, four, sixteen = (seconds(growth[n]) for n in ("1", "4", "16"))
    marginal = ((sixteen - four) / 12) / ((four - once) / 3)
    megabytes = [max(cost.megabytes for cost in growth[n]) for n in ("1", "16")]
    return [
        at_most("16 copies, against 16 times one", sixteen / (16 * once), 1.05),
        at_most("a copy more at 16, against a copy more at 4", marginal, 1.1),
        at_most("peak MB at one copy", megabytes[0], 130),
        at_most("memory at 16 copies, against one", megabytes[1] / megabytes[0], 1.1),
    ]


def best(costs: dict[str, list[Cost]], start: str) -> str:
    """Return the fastest of the rows whose names start so."""
    return min((name for name in costs if name.startswith(start)), key=lambda name: seconds(costs[name]))


def ratio(costs: dict[str, list[Cost]], slow: str, fast: str) -> float:
    """Return how many times faster one row is than another."""
    return seconds(costs[slow]) / seconds(costs[fast])


def seconds(costs: list[Cost]) -> float:
    """Return the median of the repeats."""
    return Spread.of(cost.seconds for cost in costs).median


def cpu(costs: list[Cost]) -> float:
    """Return the median of the CPU seconds of the repeats."""
    return Spread.of(cost.cpu for cost in costs).median


def accuracy(costs: list[Cost]) -> float:
    """Return the accuracy that came with a row."""
    return float(costs[-1].answer["accuracy"])


def at_least(what: str, value: float, limit: float) -> str:
    """Return the line of a claim."""
    return f"{'ok  ' if value >= limit else 'MISS'}  {what}: {value:.3g} (at least {limit})"


def at_most(what: str, value: float, limit: float) -> str:
    """Return the line of a claim."""
    return f"{'ok  ' if value <= limit else 'MISS'}  {what}: {value:.3g} (at most {limit})"
