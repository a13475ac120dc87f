"""Pictures of how good a model is: learning curve, ROC, precision and recall, calibration, length of text."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from movieclassifier.evaluation.metrics import N_BINS, calibration_error
from movieclassifier.models.intervals import wilson
from movieclassifier.reports.charts import _confusion_in_words, _write_cell
from movieclassifier.reports.learning_curve import LearningCurve
from movieclassifier.reports.pictures import Picture, make_picture
from movieclassifier.reports.style import FOR, INK, LINE, PAPER, SOFT, colours, counts, figure, percent

MAX_POINTS = 300
N_LENGTH_BINS = 10
N_LENGTH_TICKS = 5
SMALLEST_BIN = 60
TABLE_POINTS = 9


def draw_learning_curve(curve: LearningCurve) -> Picture:
    """Draw the accuracy by number of documents."""
    with figure(10.2, 4.2) as drawing:
        axis = drawing.add_subplot()
        # Before the first step the model knew nothing, which would only flatten what comes after.
        if len(curve.prequential) > 2:
            n, accuracy = zip(*curve.prequential[1:], strict=True)
            label = "the next documents, before each step (prequential)"
            axis.plot(n, accuracy, color=SOFT, marker="o", markersize=3, linewidth=1, alpha=0.7, label=label)
        if curve.holdout:
            n, accuracy = zip(*curve.holdout, strict=True)
            label = f"{curve.n_holdout:,} test documents"
            axis.plot(n, accuracy, color=FOR, marker="o", markersize=6, label=label)
            axis.annotate(f"{accuracy[-1]:.1%}", (n[-1], accuracy[-1]), (9, 0), textcoords="offset points", va="center")
        axis.set_xscale("log")
        axis.set_xticks(_ticks(curve))
        axis.minorticks_off()
        axis.set_xlabel("documents trained on (logarithmic)")
        axis.set_ylabel("accuracy")
        counts(axis, "x")
        percent(axis, "y")
        axis.set_ylim(top=min(axis.get_ylim()[1], 1.0))
        if axis.lines:
            axis.legend(loc="lower right")
        rows = [("prequential", f"{n:,}", f"{accuracy:.4f}") for n, accuracy in curve.prequential]
        rows += [("test documents", f"{n:,}", f"{accuracy:.4f}") for n, accuracy in curve.holdout]
        headings = ("measured on", "documents", "accuracy")
        return make_picture(
            drawing, "learning_curve", "Learning curve", alt=_learning_in_words(curve), headings=headings, rows=rows
        )


def _ticks(curve: LearningCurve) -> list[int]:
    """Return the sizes that were trained on, or else powers of ten."""
    if curve.holdout:
        return [n for n, _ in curve.holdout]
    last = curve.prequential[-1][0] if curve.prequential else 1
    return [10**power for power in range(2, 10) if 10**power <= last] or [last]


def _learning_in_words(curve: LearningCurve) -> str:
    if not curve.holdout:
        return "Accuracy on the next documents, before each training step."
    if len(curve.holdout) == 1:
        ((n, accuracy),) = curve.holdout
        return f"Accuracy on test documents is {accuracy:.1%} after {n:,} documents."
    (half, before), (whole, after) = curve.holdout[-2:]
    return (
        f"Accuracy on test documents goes from {curve.holdout[0][1]:.1%} after {curve.holdout[0][0]:,} documents to "
        f"{after:.1%} after {whole:,}; the last step, from {half:,}, brought {100 * (after - before):+.1f} points."
    )


def draw_roc(y: NDArray[np.intp], y_proba: NDArray[np.float64], names: Sequence[str]) -> Picture:
    """Draw the ROC curve, one against the rest for more than two classes."""
    from sklearn.metrics import roc_auc_score, roc_curve

    with figure(5.2, 4.6) as drawing:
        axis = drawing.add_subplot()
        axis.plot([0, 1], [0, 1], color=LINE, linewidth=1.2)
        rows, areas = [], []
        for position, colour in _spoken_for(names):
            right = y == position
            false, true, _ = roc_curve(right, y_proba[:, position])
            area = float(roc_auc_score(right, y_proba[:, position]))
            areas.append((area, names[position]))
            axis.plot(*_thinned(false, true), color=colour, label=f"{names[position]} ({area:.4f})")
            at = np.interp(np.linspace(0.1, 0.9, TABLE_POINTS), false, true)
            rows += [(names[position], f"{(i + 1) / 10:.1f}", f"{value:.4f}") for i, value in enumerate(at)]
        axis.set_xlabel("false positive rate")
        axis.set_ylabel("true positive rate")
        axis.legend(loc="lower right", title="area under the curve", alignment="left")
        alt = "Area under the ROC curve: " + ", ".join(f"{name} {area:.4f}" for area, name in areas) + "."
        return make_picture(
            drawing, "roc", "ROC", alt=alt, headings=("class", "false positive rate", "true positive rate"), rows=rows
        )


def draw_precision_recall(y: NDArray[np.intp], y_proba: NDArray[np.float64], names: Sequence[str]) -> Picture:
    """Draw precision by recall, one against the rest for more than two classes."""
    from sklearn.metrics import average_precision_score, precision_recall_curve

    with figure(5.2, 4.6) as drawing:
        axis = drawing.add_subplot()
        rows, areas = [], []
        lowest = 1.0
        for position, colour in _spoken_for(names):
            right = y == position
            precision, recall, _ = precision_recall_curve(right, y_proba[:, position])
            area = float(average_precision_score(right, y_proba[:, position]))
            areas.append((area, names[position]))
            axis.plot(*_thinned(recall[::-1], precision[::-1]), color=colour, label=f"{names[position]} ({area:.4f})")
            at = np.interp(np.linspace(0.1, 0.9, TABLE_POINTS), recall[::-1], precision[::-1])
            lowest = min(lowest, float(right.mean()))
            rows += [(names[position], f"{(i + 1) / 10:.1f}", f"{value:.4f}") for i, value in enumerate(at)]
        axis.set_ylim(bottom=min(lowest, 0.5))
        axis.set_xlabel("recall")
        axis.set_ylabel("precision")
        axis.legend(loc="lower left", title="average precision", alignment="left")
        alt = "Average precision: " + ", ".join(f"{name} {area:.4f}" for area, name in areas) + "."
        headings = ("class", "recall", "precision")
        return make_picture(drawing, "precision_recall", "Precision and recall", alt=alt, headings=headings, rows=rows)


def _spoken_for(names: Sequence[str]) -> list[tuple[int, str]]:
    """Return the classes to draw, with colours: of two, the second stands for both."""
    found = list(enumerate(colours(len(names))))
    return found[1:] if len(names) == 2 else found


def _thinned(x: NDArray[np.floating], y: NDArray[np.floating]) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Return so many points of a curve as can be told apart."""
    kept = np.unique(np.linspace(0, len(x) - 1, MAX_POINTS).astype(int))
    return x[kept], y[kept]


def draw_calibration(y: NDArray[np.intp], y_proba: NDArray[np.float64], names: Sequence[str]) -> Picture:
    """Draw how often a prediction of some probability is right, above how many have that probability."""
    binary = len(names) == 2
    confidence = y_proba[:, 1] if binary else y_proba.max(axis=1)
    hit = y == 1 if binary else y == y_proba.argmax(axis=1)
    n_bins = N_BINS if len(y) >= 2000 else N_BINS // 3
    bins = np.minimum((confidence * n_bins).astype(int), n_bins - 1)
    n = np.bincount(bins, minlength=n_bins)
    seen = n > 0
    share = np.bincount(bins, weights=hit, minlength=n_bins)[seen] / n[seen]
    mean = np.bincount(bins, weights=confidence, minlength=n_bins)[seen] / n[seen]
    what = f"share that is {names[1]}" if binary else "share that is right"
    given = f"probability of {names[1]}" if binary else "probability of the predicted class"
    with figure(5.2, 4.6) as drawing:
        above, below = drawing.subplots(2, sharex=True, height_ratios=[3.4, 1])
        above.plot([0, 1], [0, 1], color=LINE, linewidth=1.2)
        above.errorbar(mean, share, _distances(share, n[seen]), fmt="o-", color=FOR, markersize=5, elinewidth=1.2)
        above.set_ylabel(what)
        above.set_ylim(-0.02, 1.02)
        below.bar((np.arange(n_bins) + 0.5) / n_bins, n, width=0.85 / n_bins, color=FOR)
        below.set_xlabel(given)
        below.set_ylabel("documents")
        counts(below, "y")
        rows = [
            (f"{p:.3f}", f"{s:.3f}", f"{count:,}") for p, s, count in zip(mean, share, n[seen].tolist(), strict=True)
        ]
        gap = calibration_error(y, y_proba)
        alt = (
            f"Probabilities are off by {100 * gap:.1f} points on average (expected calibration error {gap:.4f}). "
            "Bars are 95% intervals."
        )
        return make_picture(
            drawing, "calibration", "Calibration", alt=alt, headings=(given, what, "documents"), rows=rows
        )


def _distances(share: NDArray[np.floating], n: NDArray[np.integer]) -> NDArray[np.floating]:
    low, high = np.transpose([wilson(float(one), int(of)) for one, of in zip(share, n, strict=True)])
    result: NDArray[np.floating] = np.maximum(np.stack([share - low, high - share]), 0)
    return result


def draw_lengths(n_words: NDArray[np.int32], right: NDArray[np.bool_], confidence: NDArray[np.float64]) -> Picture:
    """Draw accuracy and certainty by length of text, in groups of about the same size."""
    n_bins = int(np.clip(len(n_words) // SMALLEST_BIN, 1, N_LENGTH_BINS))
    # Inner edges alone: the first and the last group have no other end.
    edges = np.unique(np.quantile(n_words, np.arange(1, n_bins) / n_bins))
    bins = np.searchsorted(edges, n_words, side="right")
    kept, n = np.unique(bins, return_counts=True)
    groups = [n_words[bins == i] for i in kept]
    middle = [float(np.median(group)) for group in groups]
    accuracy = np.array([right[bins == i].mean() for i in kept])
    certain = np.array([confidence[bins == i].mean() for i in kept])
    with figure(5.2, 4.6) as drawing:
        axis = drawing.add_subplot()
        bars = _distances(accuracy, n)
        axis.errorbar(middle, accuracy, bars, fmt="o-", color=FOR, markersize=5, elinewidth=1.2, label="accuracy")
        axis.plot(
            middle, certain, color=INK, linewidth=1.2, linestyle=(0, (4, 3)), label="mean probability given to it"
        )
        axis.set_xscale("log")
        axis.set_xticks([middle[i] for i in np.unique(np.linspace(0, len(middle) - 1, N_LENGTH_TICKS).astype(int))])
        axis.minorticks_off()
        axis.set_xlabel("words in the text (logarithmic)")
        counts(axis, "x")
        percent(axis, "y")
        axis.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.2)
        rows = [
            (f"{group.min():,} to {group.max():,}", f"{len(group):,}", f"{a:.4f}", f"{c:.4f}")
            for group, a, c in zip(groups, accuracy, certain, strict=True)
        ]
        alt = (
            f"Accuracy by length of text: {accuracy[0]:.1%} for the shortest texts (about {middle[0]:,.0f} words), "
            f"{accuracy[-1]:.1%} for the longest (about {middle[-1]:,.0f} words). Bars are 95% intervals."
        )
        headings = ("words", "documents", "accuracy", "mean probability")
        return make_picture(drawing, "lengths", "Scores by length of text", alt=alt, headings=headings, rows=rows)


def draw_confusion(matrix: Sequence[Sequence[int]], names: Sequence[str]) -> Picture:
    """Draw the confusion matrix as a heat map: a row is a true class."""
    from matplotlib.patches import Rectangle

    array = np.array(matrix)
    shares = array / np.maximum(array.sum(axis=1, keepdims=True), 1)
    size = 1.5 + (1.2 if len(names) < 4 else 0.78) * len(names)
    with figure(size + 0.7, size) as drawing:
        axis = drawing.add_subplot()
        axis.set(xlim=(-0.5, len(names) - 0.5), ylim=(len(names) - 0.5, -0.5), aspect="equal")
        for row, column in np.ndindex(array.shape):
            share = float(shares[row, column])
            axis.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=FOR, edgecolor="none", alpha=share))
            _write_cell(axis, row, column, int(array[row, column]), share)
        places = np.arange(len(names))
        axis.set_xticks(places, names, rotation=0 if len(names) < 4 else 35, ha="center" if len(names) < 4 else "right")
        axis.set_yticks(places, names)
        axis.set_xticks(places[:-1] + 0.5, minor=True)
        axis.set_yticks(places[:-1] + 0.5, minor=True)
        axis.grid(visible=False)
        axis.grid(which="minor", axis="both", color=PAPER, linewidth=3)
        axis.tick_params(which="minor", length=0)
        axis.spines[:].set_visible(False)
        axis.set_xlabel("predicted")
        axis.set_ylabel("true")
        rows = [(name, *(f"{n:,}" for n in line)) for name, line in zip(names, array.tolist(), strict=True)]
        headings = ("true \\ predicted", *names)
        return make_picture(
            drawing,
            "confusion",
            "Confusion matrix",
            alt=_confusion_in_words(array, names),
            headings=headings,
            rows=rows,
        )
