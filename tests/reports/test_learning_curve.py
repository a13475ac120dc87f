"""The run is repeated on parts of its documents."""

from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.models.persistence import load_classifier
from movieclassifier.reports.finished_run import open_run
from movieclassifier.reports.learning_curve import sizes
from tests.support.reports import SAMPLE, SETTINGS, run


def test_the_run_is_repeated_to_the_bit(page):
    assert "On all of them it gave the weights of this model, bit for bit." in page
    assert [n for n in (112, 150, 300) if f"<td>{n}</td>" in page] == [150, 300]


def test_after_a_counting_pass_nothing_is_called_prequential(tmp_path):
    run("train", SAMPLE, "--model", tmp_path / "model", *SETTINGS, "--passes", "2", "--minibatch-size", "50")
    assert load_classifier(tmp_path / "model").metadata["learning_curve"]
    run("report", SAMPLE, "--model", tmp_path / "model", "--output", tmp_path / "report", "--no-curve")
    page = (tmp_path / "report" / "report.html").read_text("utf-8")
    assert "The counting pass has seen all labels, so there is no curve unless the run is repeated." in page
    assert not list((tmp_path / "report").glob("learning_curve.*"))


def test_sizes_are_halved_down_to_a_hundred():
    assert sizes(1_000) == [125, 250, 500, 1000]
    assert sizes(60) == [60]


def test_the_curve_of_a_run_that_keeps_few_columns_is_of_such_models(tmp_path):
    run("train", SAMPLE, "--model", tmp_path, *SETTINGS, "--keep", "40")
    classifier = load_classifier(tmp_path)
    found = open_run(classifier, open_corpus(SAMPLE)).report()
    assert found.curve.reproduced
    assert found.curve.holdout[-1][1] == classifier.metadata["metrics"]["accuracy"]
