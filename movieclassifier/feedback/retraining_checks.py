"""Checks of a retrained model against the base that it would take the place of."""

from collections.abc import Sequence

from movieclassifier.feedback.bounds import allowed_loss
from movieclassifier.feedback.retraining_material import Material
from movieclassifier.feedback.updating import UpdateRefused
from movieclassifier.models.classifier import Classifier


def check_holdout(
    material: Material, base: Classifier, classifier: Classifier, tolerance: float
) -> tuple[float, float]:
    """Return the accuracy on the holdout of the corpus of a retrained model, and of the base before.

    Raises
    ------
    UpdateRefused
        If the retrained model loses more than the tolerance.
    """
    held_out = list(material.holdout())
    found, before = accuracy_by_name(classifier, held_out), accuracy_by_name(base, held_out)
    if not has_same_holdout(material, base):
        # The base may have been trained on some of these; only its accuracy on documents that it had not seen counts.
        before = min(before, base.metadata.get("metrics", {}).get("accuracy", before))
    allowed = allowed_loss(tolerance, len(held_out))
    if found < before - allowed:
        raise UpdateRefused(
            f"the guard refused the retrained model: accuracy {found:.4f} on the holdout of the corpus, {before:.4f} "
            f"before; it may lose {allowed:.4g}. Reject what is wrong in the log, or pass a higher --tolerance."
        )
    return found, before


def has_same_holdout(material: Material, base: Classifier) -> bool:
    """Tell whether the base was trained on the same corpus in the same order."""
    known = base.metadata.get("sha256"), base.metadata.get("shuffle_seed"), base.metadata.get("n_train")
    return known == (material.found.sha256, material.corpus.shuffle_seed, material.n_train)


def accuracy_by_name(classifier: Classifier, pairs: Sequence[tuple[str, str]]) -> float:
    """Return the share of texts whose label a model tells, by the names of the labels."""
    names = dict(zip(classifier.classes_.tolist(), classifier.label_names, strict=True))
    predicted = classifier.predict([text for text, _ in pairs]).tolist()
    result: float = sum(names[label] == name for label, (_, name) in zip(predicted, pairs, strict=True)) / len(pairs)
    return result
