"""A linear layer that learns from labels and from the probabilities of texts without labels."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.features.ngrams import NGrams
from movieclassifier.training.learners.log_count_ratio import default_min_df
from movieclassifier.training.learners.soft_targets import SoftSGD
from movieclassifier.training.soft_linear import SoftOptions, fit_soft
from movieclassifier.training.teachers.lessons import Lessons

LABEL_IMPORTANCE = 2.0


def fit_on_both(
    lessons: Lessons,
    soft: NDArray[np.float32],
    ngrams: NGrams,
    *,
    passes: int = 6,
    min_df: int | None = None,
    only: NDArray[np.integer] | None = None,
    title: str = "Student",
) -> dict[str, Any]:
    """Fit a linear layer to labels and soft labels; a label has twice the importance of a soft label.

    Parameters
    ----------
    lessons : Lessons
    soft : ndarray of shape (n_unlabelled, n_classes)
    ngrams : NGrams
    passes : int
    min_df : int, optional
        Columns of fewer documents have no weight; by default it follows the number of texts.
    only : ndarray of shape (n_kept,), optional
        Columns that may have a weight; all by default.
    title : str
        Of the progress.

    Returns
    -------
    dict of str to ndarray
        The attributes of a :class:`movieclassifier.training.soft_linear.SoftLinear`.
    """
    rows = lessons.rows(ngrams)
    hard = np.eye(lessons.n_classes, dtype=np.float32)[lessons.y]
    importance = np.ones(rows.n_rows, np.float32)
    importance[: lessons.n_labelled] = LABEL_IMPORTANCE
    sgd = SoftSGD(passes, n_plain_passes=min(1, passes - 1))
    options = SoftOptions(min_df or default_min_df(rows.n_rows), sgd, lessons.seed)
    with lessons.stages.progress(title, (passes + 1) * rows.n_rows) as progress:
        targets = np.concatenate([hard, soft])
        fitted = fit_soft(
            rows, targets, importance, n_features=ngrams.n_features, options=options, tell=progress.update, only=only
        )
    return vars(fitted)
