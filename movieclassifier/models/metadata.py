"""The facts that a record tells people about its model, and the check that they have the types the pages rely on."""

import math
from collections.abc import Callable
from typing import Any, TypedDict

SAMPLE = "sample_reviews.csv"
FIGURES = ("accuracy", "standard_error", "log_loss", "calibration_error")


class ClassMetrics(TypedDict):
    """Measures of how well one class is told from the others.

    Attributes
    ----------
    precision, recall, f1 : float
    n_documents : int
        Documents of the class.
    """

    precision: float
    recall: float
    f1: float
    n_documents: int


class Metrics(TypedDict):
    """Measures of a model on documents that it was not trained on.

    Attributes
    ----------
    n_documents : int
    accuracy, standard_error : float
        Share of right predictions, and its standard error.
    log_loss : float
        Nats per document.
    roc_auc : float or None
        One-vs-rest mean for more than two classes; None where a class has no document.
    calibration_error : float
        Expected calibration error, 15 bins.
    confusion_matrix : list of list of int
        Rows are the true classes, columns the predicted ones.
    per_class : dict of str to ClassMetrics
        By the names of the labels.
    """

    n_documents: int
    accuracy: float
    standard_error: float
    log_loss: float
    roc_auc: float | None
    calibration_error: float
    confusion_matrix: list[list[int]]
    per_class: dict[str, ClassMetrics]


class Provenance(TypedDict, total=False):
    """Where a model came from and what was measured on it, as JSON can hold it. Every fact may be missing.

    Attributes
    ----------
    corpus : list of str
        Names of the files, without their folders.
    sha256 : str
        Digest of the corpus, as :class:`movieclassifier.corpora.survey.Survey` has it.
    shuffle_seed : int
        Seed of the order, where the corpus was shuffled.
    reading : dict
        The reading options that were given.
    n_train, n_holdout : int
        Documents trained on, and held out.
    n_keep : int
        Columns kept by pruning.
    n_shards : int
        Parts that were trained side by side, if there was more than one.
    evaluated_on : str
        ``"the holdout"`` or the name of the test corpus.
    minibatch_size, seed, min_df : int
    versions : dict of str to str
        Versions of the software, by name.
    earlier : list
        Digest, number of documents and names of each corpus before ``--continue``.
    learning_curve : list of (int, float)
        Documents seen, and the prequential accuracy since the point before.
    metrics : Metrics
    ngrams : list of str
        N-grams of the corpus that speak most for the classes.
    threshold : dict
        As :meth:`movieclassifier.models.abstaining.Thresholds.to_dict` returns it.
    n_corrections : int
        Votes that an update folded in.
    distilled : dict
        The teacher, its settings and the texts that it labelled, where the model is a student.
    """

    corpus: list[str]
    sha256: str
    shuffle_seed: int
    reading: dict[str, Any]
    n_train: int
    n_holdout: int
    n_keep: int
    n_shards: int
    evaluated_on: str
    minibatch_size: int
    seed: int
    min_df: int
    versions: dict[str, str]
    earlier: list[list[Any]]
    learning_curve: list[tuple[int, float]]
    metrics: Metrics
    ngrams: list[str]
    threshold: dict[str, Any]
    n_corrections: int
    distilled: dict[str, Any]


class RecordFacts(TypedDict):
    """The facts of a record without the weights of its model, as JSON holds them.

    Attributes
    ----------
    recipe : dict
        As :meth:`movieclassifier.recipes.linear.Recipe.to_dict` returns it.
    metadata : Provenance
    """

    recipe: dict[str, Any]
    metadata: Provenance


def is_sample(metadata: Provenance) -> bool:
    """Tell whether a model was trained on the few sample reviews of the package only; its figures say little then.

    Examples
    --------
    >>> is_sample({"corpus": ["sample_reviews.csv"]}), is_sample({"corpus": ["movie_data.csv"]})
    (True, False)
    """
    earlier = (name for _, _, *names in metadata.get("earlier", []) for name in list(*names) or [""])
    return {*metadata.get("corpus", []), *earlier} == {SAMPLE}


def first_misfit(metadata: Any) -> str | None:
    """Return the name of the first fact whose type is not the one that training writes, or None.

    Parameters
    ----------
    metadata : dict
        As JSON gives it. Facts may be missing, and there may be unknown ones.

    Returns
    -------
    str or None

    Examples
    --------
    >>> first_misfit({"corpus": ["movie_data.csv"], "n_train": 45_000})
    >>> first_misfit({"corpus": ["movie_data.csv"], "n_train": "many"})
    'n_train'
    """
    if not isinstance(metadata, dict):
        return "metadata"
    return next((name for name, holds in TYPES.items() if name in metadata and not holds(metadata[name])), None)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and value >= 0


def _is_corpus(value: Any) -> bool:
    """Tell whether a value is digest, number of documents and names of a corpus, or the first two."""
    if not isinstance(value, list) or len(value) not in (2, 3):
        return False
    names = value[2] if len(value) == 3 else []
    return _is_text(value[0]) and _is_count(value[1]) and isinstance(names, list) and all(map(_is_text, names))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _is_row(value: Any) -> bool:
    """Tell whether a value holds the measures of one class."""
    return isinstance(value, dict) and all(map(_is_number, value.values())) and {"recall", "n_documents"} <= set(value)


def _is_metrics(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("per_class", {}), dict):
        return False
    figures = [value.get(name) for name in FIGURES]
    auc = value.get("roc_auc")
    return (
        all(map(_is_number, figures))
        and _is_count(value.get("n_documents"))
        and (auc is None or _is_number(auc))
        and all(map(_is_row, value.get("per_class", {}).values()))
    )


def _is_curve(value: Any) -> bool:
    pairs = value if isinstance(value, list) else [None]
    return all(isinstance(pair, list) and len(pair) == 2 and all(map(_is_number, pair)) for pair in pairs)


TYPES: dict[str, Callable[[Any], bool]] = {
    "corpus": lambda value: isinstance(value, list) and all(map(_is_text, value)),
    "sha256": _is_text,
    "n_train": _is_count,
    "n_keep": lambda value: _is_count(value) and value > 0,
    "n_shards": lambda value: _is_count(value) and value > 1,
    **dict.fromkeys(("n_holdout", "minibatch_size", "seed", "shuffle_seed", "min_df", "n_corrections"), _is_count),
    "reading": lambda value: isinstance(value, dict),
    "earlier": lambda value: isinstance(value, list) and all(map(_is_corpus, value)),
    "evaluated_on": _is_text,
    "versions": lambda value: isinstance(value, dict) and all(map(_is_text, value.values())),
    "learning_curve": _is_curve,
    "distilled": lambda value: isinstance(value, dict) and _is_text(value.get("teacher")),
    "metrics": _is_metrics,
    "ngrams": lambda value: isinstance(value, list) and len(value) < 1000 and all(map(_is_text, value)),
}
