"""Answers of ``predict``, and how a terminal shows them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from movieclassifier.commands.shared.given_texts import shorten

if TYPE_CHECKING:
    from movieclassifier.models.classifier import Classifier

BAR = 10
MAX_SHARE = 0.999999
COLOURS = ("red", "green")


@dataclass(frozen=True)
class PrintedAnswer:
    """The most probable labels of a text.

    Attributes
    ----------
    labels : tuple of str
        Their names, the most probable first.
    shares : tuple of float
        Their probabilities.
    position : int
        The position of the first among the classes of the model.
    is_given : bool
        Whether the first label is the answer. It is not if the model knows no word of the text, or if its probability
        is below the threshold.
    n_known : int
        N-grams of the text that the model knows.
    note : str
        A sentence that says why there is no answer, or why to doubt it.
    probabilities : dict of str to float
        Of all labels, in the order of the classes.
    """

    labels: tuple[str, ...]
    shares: tuple[float, ...]
    position: int
    is_given: bool
    n_known: int
    note: str
    probabilities: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        facts = {"label": self.labels[0] if self.is_given else None, "probabilities": self.probabilities}
        return facts | {"n_known": self.n_known, "note": self.note}

    def columns(self) -> dict[str, Any]:
        """Return the columns of a table; unknown values are None."""
        found: dict[str, Any] = {}
        for place, (label, share) in enumerate(zip(self.labels, self.shares, strict=True), 1):
            mark = "" if place == 1 else f"_{place}"
            is_given = self.is_given if place == 1 else self.n_known > 0
            found[f"predicted{mark}"] = label if is_given else None
            found[f"probability{mark}"] = min(round(share, 6), MAX_SHARE) if self.n_known else None
        return found | {"note": self.note}


def answer_texts(
    classifier: "Classifier", texts: list[str], n_top: int = 1, threshold: float | None = None
) -> Iterator[PrintedAnswer]:
    """Yield the answer on each text.

    Parameters
    ----------
    classifier : Classifier
    texts : list of str
    n_top : int, default=1
        How many labels to name.
    threshold : float, optional
        The probability below which no label is given.
    """
    from movieclassifier.models.decisions import predicted_positions, probabilities
    from movieclassifier.models.unknown import describe_doubt

    rows = classifier.rows(texts)
    values, n_known = classifier.decide(rows), classifier.n_known(rows).tolist()
    y_probas = probabilities(values, classifier.temperature_).tolist()
    names = classifier.label_names
    for text, best, y_proba, n in zip(texts, predicted_positions(values).tolist(), y_probas, n_known, strict=True):
        others = sorted(set(range(len(names))) - {best}, key=lambda place: -y_proba[place])
        top = [best, *others][:n_top]
        note = describe_doubt(classifier, text, n)
        is_below = threshold is not None and y_proba[best] < threshold
        if n and is_below:
            note = f"The probability is below {threshold:g}."
        yield PrintedAnswer(
            labels=tuple(names[place] for place in top),
            shares=tuple(y_proba[place] for place in top),
            position=best,
            is_given=bool(n) and not is_below,
            n_known=n,
            note=note,
            probabilities=dict(zip(names, y_proba, strict=True)),
        )


def shown_share(share: float) -> str:
    """Return a probability with three digits; only 1 is shown as 1, and only 0 as 0.

    Examples
    --------
    >>> [shown_share(share) for share in (0.5, 0.99999, 1.0, 0.0001)]
    ['0.500', '>0.999', '>0.999', '<0.001']
    """
    if share >= 0.9995:
        return ">0.999"
    return "<0.001" if share < 0.0005 else f"{share:.3f}"


def shown_percent(share: float) -> str:
    """Return a probability in percent.

    Examples
    --------
    >>> shown_percent(0.5), shown_percent(0.99999)
    ('50.0%', '>99.9%')
    """
    return ">99.9%" if share >= 0.9995 else "<0.1%" if share < 0.0005 else f"{share:.1%}"


def plain_line(answer: PrintedAnswer, text: str) -> str:
    """Return an answer for a program: fields that tabs part."""
    fields: list[str] = []
    for place, (label, share) in enumerate(zip(answer.labels, answer.shares, strict=True)):
        is_given = answer.is_given if place == 0 else answer.n_known > 0
        fields += [label if is_given else "-", shown_share(share) if answer.n_known else "-"]
    return "\t".join([*fields, shorten(text), *filter(None, [answer.note])])


def terminal_line(answer: PrintedAnswer, text: str, width: int) -> str:
    """Return an answer for a person: a bar, and the label in the colour of its side."""
    lines = []
    n_labels = len(answer.probabilities)
    for place, (label, share) in enumerate(zip(answer.labels, answer.shares, strict=True)):
        is_given = answer.is_given if place == 0 else answer.n_known > 0
        colour = COLOURS[answer.position] if n_labels == 2 and place == 0 else "cyan"
        name = click.style(f"{label if is_given else '-':<{width}}", fg=colour if is_given else None, bold=place == 0)
        full = round(BAR * share) if answer.n_known else 0
        figures = f"{shown_share(share):>6}" if answer.n_known else f"{'-':>6}"
        lines.append(f"{name}  {'█' * full}{'·' * (BAR - full)} {figures}")
    note = click.style(f"  {answer.note}", dim=True) if answer.note else ""
    return "\n".join([f"{lines[0]}  {shorten(text, 40)}{note}", *lines[1:]])
