"""Teachers: a name → the module that trains it. A teacher labels texts and does not belong to the model that is served.

A module has a function ``teach(lessons)``, which returns a function from texts to probabilities, and ``DEFAULTS``, the
settings that ``teach`` takes by default. It is imported when its teacher is asked for, because some teachers need
packages that are not always installed.
"""

from dataclasses import asdict
from importlib import import_module
from typing import Any

TEACHERS: dict[str, str] = {
    "vectors": "movieclassifier.training.teachers.vectors",
    "cnn": "movieclassifier.training.teachers.cnn",
    "vectors+cnn": "movieclassifier.training.teachers.vectors_cnn",
}
NEURAL = ("cnn", "vectors+cnn")  # those that need Keras


def load_teacher(name: str) -> Any:
    """Return the module of a teacher.

    Raises
    ------
    ValueError
        If there is no such teacher, or a package that it needs is not installed.
    """
    if name not in TEACHERS:
        raise ValueError(f"teacher must be one of {', '.join(TEACHERS)}; got {name!r}.")
    if name in NEURAL:
        import_module("movieclassifier.training.teachers.networks").check_keras()
    return import_module(TEACHERS[name])


def describe(name: str) -> dict[str, Any]:
    """Return the settings of a teacher, as JSON holds them."""
    return asdict(load_teacher(name).DEFAULTS)
