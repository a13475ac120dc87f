"""When a model had better say nothing: thresholds of its probability, chosen on documents that it was not trained on.

A short text gives a model less to go by, so there is one threshold for each band of lengths. The probability that
people are shown is the one that is compared.

References
----------
El-Yaniv and Wiener, *On the Foundations of Noise-free Selective Classification*, JMLR 2010, for risk and coverage.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.corpora.readers.contract import Document
from movieclassifier.features.hashing import hash_texts
from movieclassifier.features.rows import Rows
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.decisions import probabilities
from movieclassifier.models.metadata import Provenance

# Bands of the number of n-grams that the model knows: a headline, a teaser, an article.
BANDS = (8, 25, 100)
# What feeds give besides whole texts: headlines and teasers.
LENGTHS = (12, 40)
DEFAULT_COVERAGE = 0.95
MIN_DOCUMENTS = 20
COVERAGES = (1.0, 0.98, 0.95, 0.9, 0.8, 0.7, 0.5)


@dataclass(frozen=True)
class Thresholds:
    """The probability below which a model says nothing, by length.

    Attributes
    ----------
    least : tuple of float
        One for each of :data:`BANDS`.
    coverage : float
        The share of held-out documents that is answered.
    unknown_share : float
        The share of words of held-out documents that the model does not know.
    n_documents : int
        Held-out documents that they were chosen on.
    """

    least: tuple[float, ...]
    coverage: float = DEFAULT_COVERAGE
    unknown_share: float = 0.0
    n_documents: int = 0

    def of(self, n_known: int) -> float | None:
        """Return the threshold of a text with so many known n-grams; None where it is too short for any answer."""
        places = [place for place, first in enumerate(BANDS) if n_known >= first]
        return self.least[places[-1]] if places else None

    def to_dict(self) -> dict[str, Any]:
        """Return them as a record keeps them."""
        return {
            "least": list(self.least),
            "coverage": self.coverage,
            "unknown_share": self.unknown_share,
            "n_documents": self.n_documents,
        }


# Of a model whose record has none: that of the dashboard that this page took after.
FALLBACK = Thresholds((0.65, 0.65, 0.65))


def thresholds_of(metadata: Provenance) -> Thresholds:
    """Return the thresholds of a record; :data:`FALLBACK` where it has none.

    Examples
    --------
    >>> thresholds_of({}).of(1000), thresholds_of({}).of(3)
    (0.65, None)
    """
    found: Any = metadata.get("threshold")
    if not is_thresholds(found):
        return FALLBACK
    return Thresholds(tuple(found["least"]), found["coverage"], found["unknown_share"], found["n_documents"])


def is_thresholds(found: Any) -> bool:
    """Tell whether a value has the form that :meth:`Thresholds.to_dict` returns."""
    if not isinstance(found, dict) or set(found) != set(FALLBACK.to_dict()):
        return False
    least = found["least"]
    return (
        isinstance(least, list)
        and len(least) == len(BANDS)
        and all(isinstance(value, float) and 0 <= value <= 1 for value in (*least, found["coverage"]))
        and isinstance(found["unknown_share"], float)
        and isinstance(found["n_documents"], int)
    )


@dataclass(frozen=True)
class HeldOut:
    """A model's answers on held-out documents, whole and cut to the lengths that feeds give.

    Attributes
    ----------
    probability : ndarray of shape (n,)
        Of the most probable label.
    is_right : ndarray of shape (n,), bool
    n_known : ndarray of shape (n,)
        N-grams that the model knows.
    is_own : ndarray of shape (n,), bool
        Whether the label is one of the model's; where it is not, every answer is wrong.
    unknown_share : float
        The share of words of whole documents that it does not know.
    n_documents : int
    """

    probability: NDArray[np.float64]
    is_right: NDArray[np.bool_]
    n_known: NDArray[np.integer]
    is_own: NDArray[np.bool_]
    unknown_share: float
    n_documents: int

    def band(self, place: int) -> NDArray[np.bool_]:
        """Return which of them have a length of a band."""
        last = BANDS[place + 1] if place + 1 < len(BANDS) else np.inf
        return (self.n_known >= BANDS[place]) & (self.n_known < last)


def judge_held_out(classifier: Classifier, documents: Iterable[Document], rows: Rows | None = None) -> HeldOut:
    """Judge documents that a model was not trained on.

    Parameters
    ----------
    classifier : Classifier
    documents : iterable of Document
        A few hundred; a label may be one that the model does not have, such as "other".
    rows : Rows, optional
        Their rows, where they are known.
    """
    texts, labels = zip(*documents, strict=True)
    places = {label: place for place, label in enumerate(classifier.classes_.tolist())}
    y = np.array([places.get(label, -1) for label in labels])
    parts = [judge_texts(classifier, [_cut(text, length) for text in texts]) for length in LENGTHS]
    parts.append(judge_rows(classifier, classifier.rows(texts) if rows is None else rows))
    y_proba = np.concatenate([part[0] for part in parts])
    return HeldOut(
        probability=y_proba.max(axis=1),
        is_right=y_proba.argmax(axis=1) == np.tile(y, len(parts)),
        n_known=np.concatenate([part[1] for part in parts]),
        is_own=np.tile(y >= 0, len(parts)),
        unknown_share=round(float(unknown_shares(classifier, texts).mean()), 6),
        n_documents=len(texts),
    )


def judge_texts(classifier: Classifier, texts: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.integer]]:
    """Return probabilities of shape (n, n_classes), and how many n-grams of each text the model knows."""
    return judge_rows(classifier, classifier.rows(texts))


def judge_rows(classifier: Classifier, rows: Rows) -> tuple[NDArray[np.float64], NDArray[np.integer]]:
    """Return the same as :func:`judge_texts`, of the rows of texts."""
    return probabilities(classifier.decide(rows), classifier.temperature_), classifier.weights.n_known(rows)


def unknown_shares(classifier: Classifier, texts: Sequence[str]) -> NDArray[np.float64]:
    """Return which share of the words of each text the model has no weight for; 0 for a text without words."""
    rows = hash_texts(texts, replace(classifier.recipe.ngrams, ngram_range=(1, 1)))
    unknown = rows.lengths - classifier.weights.n_known(rows)
    shares = np.zeros(len(texts))
    np.divide(unknown, rows.lengths, out=shares, where=rows.lengths > 0)
    return shares


def choose_thresholds(held_out: HeldOut, coverage: float = DEFAULT_COVERAGE, risk: float | None = None) -> Thresholds:
    """Return the thresholds that answer a share of the held-out documents, or that keep the risk of an answer low.

    A band with fewer than :data:`MIN_DOCUMENTS` takes that of the next longer one.

    Parameters
    ----------
    held_out : HeldOut
    coverage : float
        The share that is answered of the documents of the model's own labels, in each band.
    risk : float, optional
        The share of answers that may be wrong; then the coverage is as large as that allows.

    Raises
    ------
    ValueError
        If either is not between 0 and 1.
    """
    for name, value in (("coverage", coverage), ("risk", 0.0 if risk is None else risk)):
        if not 0 <= value <= 1:
            raise ValueError(f"{name} must be between 0 and 1; got {value:g}.")
    least: list[float] = []
    for place in reversed(range(len(BANDS))):
        chosen = held_out.band(place)
        if chosen.sum() >= MIN_DOCUMENTS:
            least.append(_threshold_of(held_out, chosen, coverage, risk))
        else:
            least.append(least[-1] if least else FALLBACK.least[place])
    return Thresholds(
        tuple(reversed(least)),
        float(coverage if risk is None else (held_out.probability >= min(least)).mean()),
        held_out.unknown_share,
        held_out.n_documents,
    )


def _threshold_of(held_out: HeldOut, chosen: NDArray[np.bool_], coverage: float, risk: float | None) -> float:
    if risk is not None:
        return threshold_at(held_out.probability[chosen], largest_coverage(held_out, chosen, risk))
    own = chosen & held_out.is_own
    return threshold_at(held_out.probability[own if own.any() else chosen], coverage)


def measure_thresholds(
    classifier: Classifier, documents: Iterable[Document], rows: Rows | None = None
) -> dict[str, Any]:
    """Return the thresholds that answer 95% of held-out documents, as a record keeps them."""
    return choose_thresholds(judge_held_out(classifier, documents, rows)).to_dict()


def threshold_at(probability: NDArray[np.float64], coverage: float) -> float:
    """Return the largest threshold that a share of probabilities reaches.

    Examples
    --------
    >>> threshold_at(np.array([0.2, 0.4, 0.6, 0.8]), 0.75)
    0.4
    """
    ordered = np.sort(probability)[::-1]
    n = min(max(1, int(np.ceil(coverage * len(ordered)))), len(ordered))
    return round(float(ordered[n - 1]) - 5e-7, 6) if coverage > 0 else 1.0


def largest_coverage(held_out: HeldOut, chosen: NDArray[np.bool_], risk: float) -> float:
    """Return the largest share of documents whose answers are wrong no more often than a risk allows."""
    order = np.argsort(-held_out.probability[chosen], kind="stable")
    wrong = np.cumsum(~held_out.is_right[chosen][order])
    allowed = np.flatnonzero(wrong <= risk * np.arange(1, len(wrong) + 1))
    return float((allowed[-1] + 1) / len(wrong)) if len(allowed) else 0.0


def risk_table(held_out: HeldOut) -> list[tuple[str, float, float, float]]:
    """Return rows of (band, coverage, threshold, risk) for people to choose from."""
    rows = []
    for place in range(len(BANDS)):
        chosen = held_out.band(place)
        if chosen.sum() < MIN_DOCUMENTS:
            continue
        for coverage in COVERAGES:
            threshold = threshold_at(held_out.probability[chosen], coverage)
            answered = chosen & (held_out.probability >= threshold)
            rows.append((band_name(place), coverage, threshold, float(1 - held_out.is_right[answered].mean())))
    return rows


def band_name(place: int) -> str:
    """Return the numbers of known n-grams that a band holds.

    Examples
    --------
    >>> band_name(0), band_name(2)
    ('8–24', '100 and more')
    """
    return f"{BANDS[place]}–{BANDS[place + 1] - 1}" if place + 1 < len(BANDS) else f"{BANDS[place]} and more"


def _cut(text: str, n_words: int) -> str:
    return " ".join(text.split(None, n_words)[:n_words])
