"""Naive Bayes, teacher and student on the same documents, side by side, and whether they differ."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.evaluation.comparison import mcnemar
from movieclassifier.evaluation.metrics import calibration_error


def score_rows(y: NDArray[np.integer], proba: Mapping[str, NDArray[np.floating]]) -> list[dict[str, Any]]:
    """Return accuracy, its standard error, log loss and calibration error of several models.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        Positions of the true classes.
    proba : mapping of str to ndarray of shape (n_samples, n_classes)
        By the names of the models.

    Returns
    -------
    list of dict

    Examples
    --------
    >>> score_rows(np.array([0, 1]), {"coin": np.array([[0.5, 0.5], [0.5, 0.5]])})[0]["log_loss"]
    0.6931471805599453
    """
    return [_score(name, y, y_proba.astype(np.float64)) for name, y_proba in proba.items()]


def _score(name: str, y: NDArray[np.integer], y_proba: NDArray[np.float64]) -> dict[str, Any]:
    accuracy = float((y_proba.argmax(axis=1) == y).mean())
    losses = -np.log(np.maximum(y_proba[np.arange(len(y)), y], np.finfo(float).eps))
    return {
        "name": name,
        "accuracy": accuracy,
        "standard_error": float(np.sqrt(accuracy * (1 - accuracy) / len(y))),
        "log_loss": float(losses.mean()),
        "calibration_error": calibration_error(y, y_proba),
    }


def paired_differences(
    y: NDArray[np.integer], proba: Mapping[str, NDArray[np.floating]], last: str
) -> list[dict[str, Any]]:
    """Compare one model with each of the remaining models on the same documents.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
    proba : mapping of str to ndarray of shape (n_samples, n_classes)
    last : str
        The model that the remaining ones are compared with.

    Returns
    -------
    list of dict
        ``gain`` in accuracy with its paired ``standard_error``, and the ``p_value`` of McNemar's exact test.
    """
    right = {name: y_proba.argmax(axis=1) == y for name, y_proba in proba.items()}
    rows = []
    for name in right:
        if name != last:
            difference = right[last].astype(float) - right[name]
            rows.append(
                {
                    "name": last,
                    "than": name,
                    "gain": float(difference.mean()),
                    "standard_error": float(difference.std() / np.sqrt(len(y))),
                    "p_value": mcnemar(right[last], right[name]),
                }
            )
    return rows


def teacher_table(rows: list[dict[str, Any]], differences: list[dict[str, Any]], n_documents: int) -> str:
    """Return the rows of :func:`score_rows` and :func:`paired_differences` as people read them."""
    width = max(len(row["name"]) for row in rows)
    lines = [f"{'':<{width}}  accuracy          log loss  calibration error   ({n_documents:,} documents)"]
    for row in rows:
        accuracy = f"{row['accuracy']:.4f} ± {row['standard_error']:.4f}"
        lines.append(f"{row['name']:<{width}}  {accuracy}  {row['log_loss']:8.4f}  {row['calibration_error']:17.4f}")
    lines.append("")
    for row in differences:
        gain = f"{row['gain']:+.4f} ± {row['standard_error']:.4f}"
        lines.append(
            f"{row['name']} against {row['than']}: {gain} (paired), McNemar's exact test p = {row['p_value']:.2g}"
        )
    return "\n".join(lines)
