"""The page of a training run: figures, text and pictures are those of the run."""

import csv
import re
from xml.etree import ElementTree

from movieclassifier.models.persistence import load_classifier
from movieclassifier.reports.learning_curve import LearningCurve
from movieclassifier.reports.scored_documents import read_test_part
from movieclassifier.reports.training_report import make_report
from tests.support.reports import DOCUMENTS, PICTURES, SAMPLE, SETTINGS, run


def test_the_page_asks_no_network_for_anything(page):
    sources = re.findall(r"""(?:src|href)=["']([^"']*)""", page)
    assert len(sources) == len(PICTURES)
    assert all(source.startswith("data:image/") for source in sources)
    assert not re.search(r"url\(|@import|<script|https?://", page.split("<body>")[0])


def test_figures_on_the_page_are_those_of_the_run(trained, page):
    metrics = load_classifier(trained).metadata["metrics"]
    for text in (f"{100 * metrics['accuracy']:.2f}%", f"{metrics['log_loss']:.3f}", f"{metrics['roc_auc']:.4f}"):
        assert f"<strong>{text}</strong>" in page
    for row in metrics["per_class"].values():
        assert f"{row['f1']:.4f}" in page
    assert load_classifier(trained).metadata["sha256"] in page
    assert "sample_reviews.csv: the sample reviews of the package" in page


def test_same_model_and_corpus_make_the_same_report(trained, folder, tmp_path):
    run("report", SAMPLE, "--model", trained, "--output", tmp_path)
    for path in folder.iterdir():
        assert (tmp_path / path.name).read_bytes() == path.read_bytes(), path.name


def test_text_from_the_corpus_is_escaped(tmp_path):
    path = tmp_path / "hostile.csv"
    evil = '<script>alert("1")</script> &amp; '
    with open(path, "w", newline="") as file:
        csv.writer(file).writerow(("review", "sentiment"))
        csv.writer(file).writerows((evil + text, label) for text, label in DOCUMENTS)
    run("train", path, "--model", tmp_path, *SETTINGS, "--minibatch-size", "50")
    run("report", path, "--model", tmp_path, "--output", tmp_path, "--no-curve")
    page = (tmp_path / "report.html").read_text()
    assert "<script" not in page
    assert "&lt;" in page
    assert "Each document is predicted before it is learned from." in page


def test_a_class_that_is_not_tested_has_no_roc(three_classes, tmp_path):
    classifier, documents = three_classes
    test = read_test_part(classifier, [document for document in documents[200:] if document[1] != "war"])
    report = make_report(classifier, lambda: documents[:200], test, LearningCurve([], [(100, 0.5), (200, 0.75)], 80))
    report.save(tmp_path)
    page = (tmp_path / "report.html").read_text()
    assert "Not every class is among the test documents" in page
    assert len(report.clouds) == 3
    assert not report.mistakes
    assert "There is none." in page
    assert not (tmp_path / "roc.png").exists()


def test_control_characters_reach_no_picture(three_classes, tmp_path):
    classifier, documents = three_classes
    strange = classifier.copy()
    strange.label_names = ("a\x01", "b\x0b", "正面")
    make_report(strange, lambda: documents, read_test_part(strange, documents), LearningCurve([], [])).save(tmp_path)
    for path in tmp_path.glob("*.svg"):
        assert ElementTree.parse(path).getroot().tag.endswith("svg")
    assert not (tmp_path / "learning_curve.svg").exists()
