"""The filters that the templates use."""

from collections.abc import Sequence

from flask import Flask

from movieclassifier.web.display.outcomes import outcome_of, state_of
from movieclassifier.web.display.wording import colour_of, count_of, excerpt, out_of_100, sentence, signed, when


def colour_in(name: str, labels: Sequence[str]) -> str:
    """Return the class of the colour of a label among the labels of a model; one that it lacks has none.

    Examples
    --------
    >>> colour_in("positive", ["negative", "positive"]), colour_in("neutral", ["negative", "positive"])
    ('l1', '')
    """
    return colour_of(list(labels).index(name)) if name in labels else ""


def register(app: Flask) -> None:
    """Give the templates their filters."""
    for function in (excerpt, when, sentence, count_of, signed, out_of_100, outcome_of, state_of, colour_in):
        app.add_template_filter(function)
