"""The colour of a label: its class in the style sheet, by its place among the labels of the model."""

from collections.abc import Sequence

N_COLOURS = 8


def colour_of(place: int) -> str:
    """Return the class in the style sheet of a label by its place among the labels of the model.

    Examples
    --------
    >>> colour_of(1), colour_of(9)
    ('l1', 'l1')
    """
    return f"l{place % N_COLOURS}"


def colour_in(name: str, labels: Sequence[str]) -> str:
    """Return the class of a label by its name; a label that the model lacks has no class.

    Examples
    --------
    >>> colour_in("positive", ["negative", "positive"]), colour_in("neutral", ["negative", "positive"])
    ('l1', '')
    """
    return colour_of(list(labels).index(name)) if name in labels else ""
