"""What the figures are expected to show; each claim is printed with what was measured, and whether it holds."""

from typing import Any

from measuring import Cost, Spread

BOOK = "the book's loop, stop words as a set"
PLAIN = "default recipe on plain scikit-learn"
VW = "Vowpal Wabbit -b 22 --ngram 3, raw text, conversion included"


def claims(results: dict[str, Any]) -> list[str]:
    """Return a line for each claim."""
    costs, growth, latency, cold = (results[name] for name in ("costs", "growth", "latency", "cold"))
    lines = [
        at_least("book recipe, against the book's loop", ratio(costs, BOOK, best(costs, "book recipe")), 8),
        at_least("default recipe, against the book's loop", ratio(costs, BOOK, best(costs, "default recipe,")), 1),
        at_least("default recipe, against plain scikit-learn", ratio(costs, PLAIN, best(costs, "default recipe,")), 7),
    ]
    if VW in costs:
        trainer = best(costs, "train_online.py --recipe default")
        lines.append(at_least("train_online.py, against conversion and Vowpal Wabbit", ratio(costs, VW, trainer), 1))
        gain = accuracy(costs[trainer]) - accuracy(costs[VW])
        lines.append(at_least("points of accuracy more than Vowpal Wabbit", 100 * gain, 0))
    for recipe, digests in results["bytes"].items():
        n_models = len(set(digests.values()))
        lines.append(at_most(f"different models of the {recipe} recipe from {', '.join(digests)}", n_models, 1))
    lines += growth_claims(growth)
    ours, theirs = (Spread.of(latency[f"{who}_one"]).median for who in ("ours", "scikit_learn"))
    lines.append(at_least("one prediction, against scikit-learn", theirs / ours, 5))
    limit = seconds(cold["import"]) / 2 + 0.3
    lines.append(at_least(f"{limit:.2f} s, against predict TEXT as a process", limit / seconds(cold["predict"]), 1))
    return lines


def growth_claims(growth: dict[str, list[Cost]]) -> list[str]:
    """Return the claims on time and memory of 16 copies, against one and against what four lead to expect."""
    once, four, sixteen = (seconds(growth[n]) for n in ("1", "4", "16"))
    marginal = ((sixteen - four) / 12) / ((four - once) / 3)
    megabytes = [max(cost.megabytes for cost in growth[n]) for n in ("1", "16")]
    return [
        at_most("16 copies, against 16 times one", sixteen / (16 * once), 1.1),
        at_most("a copy more at 16, against a copy more at 4", marginal, 1.1),
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


def accuracy(costs: list[Cost]) -> float:
    """Return the accuracy that came with a row."""
    return float(costs[-1].answer["accuracy"])


def at_least(what: str, value: float, limit: float) -> str:
    """Return the line of a claim."""
    return f"{'ok  ' if value >= limit else 'MISS'}  {what}: {value:.3g} (at least {limit})"


def at_most(what: str, value: float, limit: float) -> str:
    """Return the line of a claim."""
    return f"{'ok  ' if value <= limit else 'MISS'}  {what}: {value:.3g} (at most {limit})"
