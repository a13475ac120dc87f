"""``movieclassifier explain``: why a text gets its label, in colours."""

import json
import sys
from dataclasses import asdict
from math import ceil
from typing import TYPE_CHECKING

import click

from movieclassifier.commands.shared.answers import answer_texts, shown_percent
from movieclassifier.commands.shared.common_options import json_option, limit_option, model_option
from movieclassifier.commands.shared.edge import Command
from movieclassifier.commands.shared.given_texts import decode

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from movieclassifier.models.classifier import Classifier
    from movieclassifier.models.explanation import Explanation

EXAMPLES = [
    ("Show how each word of a text adds to its label:", "movieclassifier explain 'Not bad at all'"),
    ("Explain a text in a file, as JSON:", "movieclassifier explain - --json < review.txt"),
]


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("text")
@model_option
@limit_option("List this many n-grams, the strongest ones.", 15)
@json_option
def main(text: str, model: str | None, limit: int, as_json: bool) -> None:
    """Show how each word of TEXT adds to its label.

    If TEXT is -, it is read from standard input.
    """
    from movieclassifier.models.persistence import load_classifier
    from movieclassifier.models.unknown import describe_unknown

    classifier = load_classifier(model, with_guard=False)
    if text == "-":
        text = decode(sys.stdin.buffer.read(), "standard input")
    explanation = classifier.explain(text)
    if not (as_json or explanation.n_known):
        click.echo(describe_unknown(text, classifier.recipe.ngrams))
        return
    if as_json:
        facts = asdict(explanation)
        facts["contributions"] = [part._asdict() for part in explanation.contributions]
        facts["label"] = facts.pop("name")
        click.echo(json.dumps(facts, indent=2))
        return
    [answer] = answer_texts(classifier, [text], n_top=2)
    first, second = (
        f"{label} ({shown_percent(share)})" for label, share in zip(answer.labels, answer.shares, strict=True)
    )
    click.echo(f"{first}, then {second}\n" if len(classifier.label_names) > 2 else f"{first}\n")
    if answer.note:
        click.echo(f"{answer.note}\n")
    click.echo(coloured(explanation) + "\n")
    click.echo(explanation.total(repr(explanation.name)))
    parts = [part for part in explanation.contributions if round(part.value, 4)]
    for part in parts[:limit]:
        shared = f"  (shares its column with {', '.join(part.shares_column_with)})" if part.shares_column_with else ""
        click.echo(f"  {part.value:+.4f}  {click.style(part.ngram, fg=colour(part.value))}{shared}")
    rest, n_zero = parts[limit:], len(explanation.contributions) - len(parts)
    if rest:
        click.echo(f"  {sum(part.value for part in rest):+.4f}  {len(rest)} others")
    if n_zero:
        click.echo(f"  {n_zero} more n-grams add nothing.")
    click.echo(from_value_to_share(explanation.decision, classifier.decision_function([text])[0], classifier), nl=False)


def from_value_to_share(decision: float, values: "NDArray[np.float64]", classifier: "Classifier") -> str:
    """Return the lines that say how a decision value becomes the probability of its label.

    Parameters
    ----------
    decision : float
        Of the label.
    values : ndarray of shape (n_classes,), or a number with two classes
    classifier : Classifier
    """
    import numpy as np

    temperature, lines = classifier.temperature_, ""
    if temperature != 1:
        lines = (
            f"The probability is calibrated: decision values are divided by the temperature, {temperature:.3f}, "
            "before the logistic function.\n"
        )
    if np.ndim(values):
        chances = 1 / (1 + np.exp(np.minimum(-np.append(values, decision) / temperature, 700)))
        alone, total = chances[-1], chances[:-1].sum()
        lines += (
            f"The logistic function gives {alone:.4f} for this label and {total:.4f} for all labels together; the "
            f"probability is the ratio, {alone / total:.4f}.\n"
        )
    return lines


def coloured(explanation: "Explanation") -> str:
    """Return the text with words for the label in green and marked [+], against it in red and marked [-]."""
    pieces = explanation.pieces()
    strongest = max((abs(value) for _, value in pieces), default=0.0)
    return "".join(_coloured(text, value, strongest) if value else text for text, value in pieces)


def _coloured(word: str, value: float, strongest: float) -> str:
    marks = ceil(3 * abs(value) / strongest)
    sign = f"[{('+' if value > 0 else '-') * (marks - 1)}]" if marks > 1 else ""
    return click.style(word, fg=colour(value), bold=marks > 1) + sign


def colour(value: float) -> str:
    """Return green for what speaks for the label, red for what speaks against it."""
    return "green" if value > 0 else "red"
