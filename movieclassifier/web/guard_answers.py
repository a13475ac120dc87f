"""The answers of the served model on its guard set: texts that it never learns from."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from movieclassifier.feedback.log.bases import ancestry, load_base
from movieclassifier.feedback.log.database import snapshot
from movieclassifier.feedback.served_log import ServedLog
from movieclassifier.models.decisions import predicted_positions, probabilities
from movieclassifier.models.guard import guard_rows


def answers_on_guard(log: ServedLog, version: int) -> tuple[list[float], list[bool]]:
    """Return the probability of each answer on the guard set, and whether it is right.

    Parameters
    ----------
    log : ServedLog
    version : int
        The base that is served.

    Returns
    -------
    claimed : list of float
    right : list of bool
        Both empty where the model has no guard set.
    """
    arrays, columns = _guard(log.store.engine, version)
    if "guard_y" not in arrays:
        return [], []
    with log.model() as classifier:
        values = classifier.decide(guard_rows(arrays, columns, classifier.recipe.ngrams.n_features))
        claimed = probabilities(values, classifier.temperature_).max(axis=1)
    return claimed.tolist(), (predicted_positions(values) == arrays["guard_y"]).tolist()


def has_guard(log: ServedLog, version: int) -> bool:
    """Tell whether the model that is served kept a guard set."""
    return "guard_y" in _guard(log.store.engine, version)[0]


@lru_cache(maxsize=4)
def _guard(engine: Engine, version: int) -> tuple[dict[str, NDArray[Any]], NDArray[np.integer]]:
    """Return the guard set of the trained model that a base stems from, and the columns that it was made with."""
    with snapshot(engine) as connection:
        trained, arrays = load_base(connection, ancestry(connection, version)[-1])
    return arrays, trained.columns
