"""Caveats: reasons not to take a figure at its word, such as a test that is too small or did not take place."""

from movieclassifier.models.intervals import wilson
from movieclassifier.models.metadata import Metrics

NOTHING_MEASURED = "nothing was measured, because no document was held out; its quality is unknown."
# Of fewer documents that are all right, the standard error of 0 would be taken for certainty.
FEW = 200


def find_caveats(metrics: Metrics | None) -> list[str]:
    """Return what speaks against taking metrics at their word.

    Parameters
    ----------
    metrics : Metrics or None
        None if nothing was measured.

    Returns
    -------
    list of str
        Sentences; empty for most models.

    Examples
    --------
    >>> find_caveats({"n_documents": 1, "accuracy": 1.0, "per_class": {}})
    ['1 document tells next to nothing about a model; evaluate it on more.']
    """
    if metrics is None:
        return [NOTHING_MEASURED]
    n = metrics["n_documents"]
    if n == 1:
        return ["1 document tells next to nothing about a model; evaluate it on more."]
    if metrics["accuracy"] == 1 and n < FEW:
        least = f"{wilson(1, n)[0]:.2f}"
        return [f"all {n} documents are right, but so few leave room for an accuracy of {least} (95% interval)."]
    largest = max(metrics["per_class"], key=lambda name: metrics["per_class"][name]["n_documents"])
    share = metrics["per_class"][largest]["n_documents"] / n
    if share < 1 and metrics["accuracy"] <= share:
        return [
            f"the model is no better than always answering {largest!r}, which is right in {share:.4f} of the documents."
        ]
    return []
