"""Texts to try, for visitors who have none at hand."""

from collections.abc import Sequence

# By the labels of the model; a model with different labels has no examples.
EXAMPLES: dict[tuple[str, ...], list[tuple[str, str]]] = {
    ("negative", "positive"): [
        (
            "a rave",
            "I have not laughed and cried so much in years. The two leads are wonderful together, the score is "
            "beautiful, and the ending is perfect.",
        ),
        (
            "a pan",
            "Two hours of my life that I will never get back. The plot makes no sense, the acting is wooden, and the "
            "jokes fall flat.",
        ),
        (
            "a mixed one",
            "A slow, muddled opening and a villain who is a waste of a good actor. But then the film wakes up, and the "
            "last half hour is the most moving thing I have seen this year.",
        ),
        ("a neutral one", "The film is about a man who goes home after ten years and meets his brother there."),
    ],
}


def examples_for(labels: Sequence[str]) -> list[tuple[str, str]]:
    """Return texts to try, each with its name.

    Examples
    --------
    >>> [name for name, _ in examples_for(["negative", "positive"])]
    ['a rave', 'a pan', 'a mixed one', 'a neutral one']
    >>> examples_for(["sport", "tech"])
    []
    """
    return EXAMPLES.get(tuple(labels), [])
