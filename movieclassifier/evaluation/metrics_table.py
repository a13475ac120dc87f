"""Metrics as a person or a script reads them."""

import json
import re
from typing import Any

from movieclassifier.models.classifier import Classifier

SAMPLE = "sample_reviews.csv"


def report(classifier: Classifier, metrics: dict[str, Any], as_json: bool, **facts: Any) -> str:
    """Return metrics as a table, or as JSON.

    Parameters
    ----------
    classifier : Classifier
    metrics : dict
        As :func:`movieclassifier.evaluation.metrics.evaluate` returns them.
    as_json : bool
    **facts
        More to report, such as ``seconds``.

    Returns
    -------
    str
        Every figure of a model that was trained on the bundled sample is marked as such.
    """
    if as_json:
        corpus = classifier.metadata.get("corpus")
        origin = {"recipe": classifier.recipe.name, "trained_on": corpus, "sample": corpus == [SAMPLE]}
        return json.dumps(origin | metrics | facts, indent=2)
    mark = "  (sample)" if classifier.metadata.get("corpus") == [SAMPLE] else ""
    lines = [
        *_summary(metrics, facts),
        "",
        *_per_class(metrics),
        "",
        *_confusion(metrics),
    ]
    if mark:
        lines = [line + mark if re.search(r"\b\d", line) else line for line in lines]
        lines += ["", "(sample): this model was trained on the 400 sample reviews, not on aclImdb."]
    return "\n".join(lines)


def _summary(metrics: dict[str, Any], facts: dict[str, Any]) -> list[str]:
    auc = "–" if metrics["roc_auc"] is None else f"{metrics['roc_auc']:.4f}"
    n = metrics["n_documents"]
    documents = "1 document" if n == 1 else f"{n:,} documents"
    accuracy = f"{metrics['accuracy']:.4f} ± {metrics['standard_error']:.4f}  ({documents})"
    rows = {
        "accuracy": accuracy,
        "log loss": f"{metrics['log_loss']:.4f}",
        "ROC AUC": auc,
        "calibration error": f"{metrics['calibration_error']:.4f}",
        **{name.replace("_", " "): value for name, value in facts.items()},
    }
    return [f"{name:<18} {value}" for name, value in rows.items()]


def _per_class(metrics: dict[str, Any]) -> list[str]:
    width = max(map(len, metrics["per_class"]))
    lines = [" " * width + "  precision   recall       F1  documents"]
    for name, row in metrics["per_class"].items():
        scores = "".join(f"{row[score]:9.4f}" for score in ("precision", "recall", "f1"))
        lines.append(f"{name:<{width}}  {scores}{row['n_documents']:11,}")
    return lines


def _confusion(metrics: dict[str, Any]) -> list[str]:
    names = list(metrics["per_class"])
    width = max(map(len, names))
    sizes = [max(len(name), 7) for name in names]
    lines = [
        "confusion matrix (rows: truth, columns: prediction)",
        " " * width + "".join(f"  {name:>{size}}" for name, size in zip(names, sizes, strict=True)),
    ]
    for name, row in zip(names, metrics["confusion_matrix"], strict=True):
        lines.append(f"{name:<{width}}" + "".join(f"  {n:>{size},}" for n, size in zip(row, sizes, strict=True)))
    return lines
