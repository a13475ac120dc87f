"""Compare models on the same documents: accuracy and calibration of each, and the paired gain of the last one.

    python benchmarks/paired.py data/movie_test.csv pkl_three pkl_student

The models must not have been trained on these documents.
"""

import click
import numpy as np

from movieclassifier.commands.shared.edge import Command
from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.label_values import labels_of_classes
from movieclassifier.evaluation.teacher_table import paired_differences, score_rows, teacher_table
from movieclassifier.models.decisions import probabilities
from movieclassifier.models.persistence import load_classifier
from movieclassifier.models.scoring import score_documents


def compare(corpus_path: str, model_paths: tuple[str, ...]) -> str:
    """Return the table."""
    corpus, proba = open_corpus(corpus_path), {}
    for path in model_paths:
        classifier = load_classifier(path)
        classes = classifier.classes_.tolist()
        labels = labels_of_classes(corpus.labels, classes, classifier.label_names)
        y, values = score_documents(classifier, corpus.documents(labels))
        proba[path] = probabilities(values, classifier.temperature_)
        positions = y.astype(np.intp)
    return teacher_table(score_rows(positions, proba), paired_differences(positions, proba, path), len(positions))


@click.command(cls=Command)
@click.argument("corpus")
@click.argument("models", nargs=-1, required=True)
def main(corpus: str, models: tuple[str, ...]) -> None:
    """Compare MODELS, the last with each of the others, on CORPUS."""
    click.echo(compare(corpus, models))


if __name__ == "__main__":
    main()
