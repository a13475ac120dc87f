"""Metrics as a person or a script reads them."""

import json
import re
from collections.abc import Mapping
from typing import Literal

from movieclassifier.models.classifier import Classifier
from movieclassifier.models.metadata import Metrics, is_sample

# A matrix of more labels is wider than any screen, and a table of them longer.
MAX_SHOWN = 20
SCORES: tuple[Literal["precision", "recall", "f1"], ...] = ("precision", "recall", "f1")


def metrics_table(
    classifier: Classifier, metrics: Metrics | None, as_json: bool, costs: Mapping[str, float] | None = None
) -> str:
    """Return metrics as a table, or as JSON.

    Parameters
    ----------
    classifier : Classifier
    metrics : Metrics or None
        None if nothing was measured.
    as_json : bool
    costs : mapping of str to float, optional
        More figures to tell, such as ``seconds``.

    Returns
    -------
    str
        Every figure of a model that was trained on the bundled sample is marked as such.
    """
    corpus = classifier.metadata.get("corpus")
    if as_json:
        origin = {"recipe": classifier.recipe.name, "trained_on": corpus, "sample": is_sample(classifier.metadata)}
        return json.dumps({**origin, **(metrics or {}), **(costs or {})}, indent=2)
    lines = _summary(metrics, costs or {})
    if metrics is not None:
        lines += ["", *_per_class(metrics), "", *_confusion(metrics)]
    if is_sample(classifier.metadata):
        lines = [f"{line}  (sample)" if re.search(r"\b\d", line) else line for line in lines]
        lines += ["", "(sample): this model was trained on the 400 sample reviews, not on aclImdb."]
    return "\n".join(lines)


def _summary(metrics: Metrics | None, costs: Mapping[str, float]) -> list[str]:
    rows: dict[str, str] = {} if metrics is None else _figures(metrics)
    rows |= {name.replace("_", " "): str(value) for name, value in costs.items()}
    return [f"{name:<18} {value}" for name, value in rows.items()]


def _figures(metrics: Metrics) -> dict[str, str]:
    n = metrics["n_documents"]
    documents = "1 document" if n == 1 else f"{n:,} documents"
    return {
        "accuracy": f"{metrics['accuracy']:.4f} ± {metrics['standard_error']:.4f}  ({documents})",
        "log loss": f"{metrics['log_loss']:.4f}",
        "ROC AUC": "–" if metrics["roc_auc"] is None else f"{metrics['roc_auc']:.4f}",
        "calibration error": f"{metrics['calibration_error']:.4f}",
    }


def _per_class(metrics: Metrics) -> list[str]:
    rows = metrics["per_class"]
    often = sorted(rows, key=lambda name: -rows[name]["n_documents"])[:MAX_SHOWN]
    shown = {name: row for name, row in rows.items() if name in often}
    width = max(map(len, shown))
    lines = [" " * width + "  precision   recall       F1  documents"]
    for name, row in shown.items():
        scores = "".join(f"{row[score]:9.4f}" for score in SCORES)
        lines.append(f"{name:<{width}}  {scores}{row['n_documents']:11,}")
    if rest := len(rows) - len(shown):
        lines.append(f"{rest:,} labels with fewer or as many documents: not shown; --json holds them.")
    return lines


def _confusion(metrics: Metrics) -> list[str]:
    names = list(metrics["per_class"])
    if len(names) > MAX_SHOWN:
        return [f"confusion matrix: not shown for {len(names):,} labels; --json holds it."]
    width = max(map(len, names))
    sizes = [max(len(name), 7) for name in names]
    lines = [
        "confusion matrix (rows: truth, columns: prediction)",
        " " * width + "".join(f"  {name:>{size}}" for name, size in zip(names, sizes, strict=True)),
    ]
    for name, row in zip(names, metrics["confusion_matrix"], strict=True):
        lines.append(f"{name:<{width}}" + "".join(f"  {n:>{size},}" for n, size in zip(row, sizes, strict=True)))
    return lines
