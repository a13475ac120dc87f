"""Teachers: a name → the function that trains it. A teacher labels texts and is no part of the model that is served."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from movieclassifier.training.teachers import vectors
from movieclassifier.training.teachers.lessons import Lessons, Probabilities

TEACHERS: dict[str, Callable[[Lessons], Probabilities]] = {"vectors": vectors.teach}
SETTINGS: dict[str, Any] = {"vectors": vectors.VectorsSettings}


def describe(name: str) -> dict[str, Any]:
    """Return the settings of a teacher, as JSON holds them."""
    return asdict(SETTINGS[name]())
