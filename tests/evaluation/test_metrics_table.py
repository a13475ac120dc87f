import json
import re

import numpy as np

from movieclassifier.evaluation.metrics import evaluate
from movieclassifier.evaluation.metrics_table import metrics_table
from tests.support.models import random_classifier


def evaluated(n_classes=2):
    classifier = random_classifier(n_classes)
    classifier.label_names = ("negative", "positive", "neither")[:n_classes]
    y = np.arange(1200) % n_classes
    values = np.linspace(-1, 1, 1200)[:, None] if n_classes == 2 else np.eye(n_classes)[y]
    return classifier, evaluate(y, values, classifier)


def test_table_shows_what_was_measured():
    classifier, metrics = evaluated()
    text = metrics_table(classifier, metrics, False, {"seconds": 1.5})
    assert f"accuracy           {metrics['accuracy']:.4f} ± 0.0144  (1,200 documents)" in text
    assert "seconds            1.5" in text
    assert "sample" not in text


def test_missing_auc_is_a_dash():
    classifier, _ = evaluated()
    metrics = evaluate(np.array([1, 1]), np.array([[1.0], [2.0]]), classifier)
    assert "ROC AUC            –" in metrics_table(classifier, metrics, False)


def test_columns_of_the_confusion_matrix_stand_under_their_names():
    classifier, metrics = evaluated(3)
    names = ("a", "a much longer name", "c")
    metrics["per_class"] = dict(zip(names, metrics["per_class"].values(), strict=True))
    lines = metrics_table(classifier, metrics, False).splitlines()[-4:]
    assert len({len(line) for line in lines}) == 1
    assert lines[2].split()[-3:] == ["0", "400", "0"]


def test_every_figure_of_the_sample_is_marked():
    classifier, metrics = evaluated()
    classifier.metadata["corpus"] = ["sample_reviews.csv"]
    *lines, empty, note = metrics_table(classifier, metrics, False, {"seconds": 1.5}).splitlines()
    assert not empty
    assert note == "(sample): this model was trained on the 400 sample reviews, not on aclImdb."
    figures = [line for line in lines if re.search(r"\b\d", line)]
    assert len(figures) == 9
    assert all(line.endswith("(sample)") for line in figures)


def test_json_holds_all_metrics_and_where_they_come_from():
    classifier, metrics = evaluated()
    classifier.metadata["corpus"] = ["sample_reviews.csv"]
    found = json.loads(metrics_table(classifier, metrics, True, {"seconds": 1.5}))
    assert found["trained_on"] == ["sample_reviews.csv"]
    assert found["sample"] is True
    assert {name: found[name] for name in metrics} == metrics
    assert found["seconds"] == 1.5


def test_a_matrix_of_many_labels_is_not_shown():
    classifier, metrics = evaluated(3)
    row = next(iter(metrics["per_class"].values()))
    for n, shown in ((20, True), (21, False)):
        metrics["per_class"] = {f"label {number}": row for number in range(n)}
        metrics["confusion_matrix"] = [[0] * n] * n
        text = metrics_table(classifier, metrics, False)
        assert ("confusion matrix (rows" in text) is shown
        assert (f"confusion matrix: not shown for {n} labels; --json holds it." in text) is not shown
        assert len(json.loads(metrics_table(classifier, metrics, True))["confusion_matrix"]) == n


def test_of_many_labels_the_most_frequent_are_shown():
    classifier, metrics = evaluated(3)
    row = metrics["per_class"]["negative"]
    metrics["per_class"] = {f"l{n:03}": {**row, "n_documents": 5 + n % 7} for n in range(201)}
    lines = metrics_table(classifier, metrics, False).splitlines()
    shown = [line for line in lines if re.match(r"l\d", line)]
    assert len(shown) == 20
    assert all(line.split()[-1] == "11" for line in shown)
    assert shown == sorted(shown)
    assert "181 labels with fewer or as many documents: not shown; --json holds them." in lines
