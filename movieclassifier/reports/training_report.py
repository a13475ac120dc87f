"""The report of a training run: its measures in pictures and words, on one page."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from movieclassifier.corpora.readers.contract import Document, Label
from movieclassifier.evaluation.metrics import evaluate
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.decisions import predicted_positions, probabilities
from movieclassifier.models.intervals import wilson
from movieclassifier.models.metadata import Metrics, is_sample
from movieclassifier.reports.charts import draw_cloud, draw_ngrams
from movieclassifier.reports.curves import (
    draw_calibration,
    draw_confusion,
    draw_learning_curve,
    draw_lengths,
    draw_precision_recall,
    draw_roc,
)
from movieclassifier.reports.distilled_run import Distillation
from movieclassifier.reports.duplicates import Duplicates, find_duplicates
from movieclassifier.reports.learning_curve import LearningCurve
from movieclassifier.reports.mistakes import ShownMistake, show, without_breaks
from movieclassifier.reports.page import render
from movieclassifier.reports.pictures import Picture
from movieclassifier.reports.scored_documents import TestPart
from movieclassifier.reports.strong_ngrams import find_strong_ngrams
from movieclassifier.reports.style import drawable
from movieclassifier.system.atomic import replace_file

PAGE = "report.html"
SAMPLE_NOTE = ": the sample reviews of the package, to try things out; the figures say little"

Documents = Callable[[], Iterable[Document]]


@dataclass(frozen=True)
class Report:
    """All that a page shows.

    Attributes
    ----------
    metrics : Metrics
    pictures : list of Picture
    clouds : list of Picture
        One per class.
    """

    classifier: Classifier
    metrics: Metrics
    curve: LearningCurve
    pictures: list[Picture]
    clouds: list[Picture]
    mistakes: list[ShownMistake]
    duplicates: Duplicates
    accuracy_without_duplicates: float | None
    distilled: Distillation | None = None

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% interval of the accuracy."""
        return wilson(self.metrics["accuracy"], self.metrics["n_documents"])

    def html(self) -> str:
        """Return the page."""
        return render(
            "report.html",
            report=self,
            metadata=self.classifier.metadata,
            recipe=self.classifier.recipe,
            names=self.classifier.label_names,
            pictures={picture.name: picture for picture in self.pictures},
            facts=facts(self.classifier),
            duplicates=[(without_breaks(text), *map(self._name, labels)) for text, *labels in self.duplicates.examples],
        )

    def _name(self, label: Label) -> str:
        result: str = self.classifier.label_names[self.classifier.classes_.tolist().index(label)]
        return result

    def save(self, folder: Path) -> Path:
        """Write the page and the pictures into a folder, which is made; returns the page's path."""
        folder.mkdir(parents=True, exist_ok=True)
        for picture in [*self.pictures, *self.clouds]:
            picture.save(folder)
        with replace_file(folder / PAGE, "w") as file:
            file.write(self.html())
        return folder / PAGE


def make_report(classifier: Classifier, train: Documents, test: TestPart, curve: LearningCurve) -> Report:
    """Look at a model and its corpus, and draw.

    Parameters
    ----------
    classifier : Classifier
    train : function
        Returns the training documents from the start.
    test : TestPart
        What was found in the test documents.
    curve : LearningCurve
    """
    names = [drawable(name) for name in classifier.label_names]
    metrics = evaluate(test.y, test.values, classifier)
    y_proba = probabilities(test.values, classifier.temperature_)
    right = predicted_positions(test.values) == test.y
    duplicates = find_duplicates(train(), test.digests, classifier.classes_[test.y].tolist())
    found = find_strong_ngrams(classifier, train)
    ngrams = [[replace(row, ngram=drawable(row.ngram)) for row in rows] for rows in found]
    pictures = [draw_learning_curve(curve)] if curve.can_be_drawn else []
    pictures += [
        draw_confusion(metrics["confusion_matrix"], names),
        draw_calibration(test.y, y_proba, names),
        draw_lengths(test.n_words, right, y_proba.max(axis=1)),
        draw_ngrams(ngrams, names),
    ]
    if metrics["roc_auc"] is not None:
        pictures += [draw_roc(test.y, y_proba, names), draw_precision_recall(test.y, y_proba, names)]
    clouds = [draw_cloud(found, name, i, len(names)) for i, (found, name) in enumerate(zip(ngrams, names, strict=True))]
    new = ~duplicates.in_test
    return Report(
        classifier=classifier,
        metrics=metrics,
        curve=curve,
        pictures=pictures,
        clouds=clouds,
        mistakes=[show(classifier, mistake) for mistake in test.mistakes],
        duplicates=duplicates,
        accuracy_without_duplicates=float(right[new].mean()) if new.any() else None,
    )


def facts(classifier: Classifier) -> list[tuple[str, str]]:
    """Return what is known of a training run, as people read it."""
    metadata, recipe = classifier.metadata, classifier.recipe
    ngrams = recipe.ngrams
    shortest, longest = ngrams.ngram_range
    found = [
        ("Corpus", ", ".join(metadata.get("corpus", ["unknown"])) + (SAMPLE_NOTE if is_sample(metadata) else "")),
        ("SHA-256", metadata.get("sha256", "unknown")),
        ("Trained on", f"{metadata.get('n_train', 0):,} documents, {recipe.passes} {_plural(recipe.passes, 'pass')}"),
        ("Tested on", f"{metadata.get('evaluated_on', 'unknown')}"),
        ("Recipe", recipe.name),
        ("Tokens", f"tokenizer {ngrams.tokenizer}, {shortest}- to {longest}-grams{_stop_words(ngrams.stop_words)}"),
        ("Features", f"hashed to {recipe.ngrams.n_features:,} columns, {len(classifier.columns):,} with a weight"),
        ("Learning", _learning(classifier)),
        ("Calibration", f"temperature {classifier.temperature_:.3f}" if recipe.calibrate else "none"),
        ("Seed", str(classifier.seed)),
        ("Weights", f"SHA-256 {classifier.weights_sha256()}"),
        ("Versions", _listed(metadata.get("versions", {}))),
    ]
    return found


def _learning(classifier: Classifier) -> str:
    recipe = classifier.recipe
    what = "SGD over naive-Bayes log-count ratios" if recipe.log_count_ratio else "SGD"
    min_df = f", min_df {classifier.metadata.get('min_df', '?')}" if recipe.log_count_ratio else ""
    return f"{what}, alpha {recipe.alpha:g}, minibatches of {classifier.metadata.get('minibatch_size', '?')}{min_df}"


def _stop_words(words: Sequence[str]) -> str:
    return f", {len(words)} stop words left out" if words else ""


def _plural(n: int, word: str) -> str:
    return word if n == 1 else f"{word}es"


def _listed(versions: dict[str, str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(versions.items()))
