"""The run of a model is found again, or refused."""

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner

from movieclassifier.cli import main
from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.shuffled import shuffle_corpus
from movieclassifier.models.persistence import load_classifier
from movieclassifier.models.writing import save_record
from movieclassifier.reports.finished_run import open_run
from tests.support.reports import DOCUMENTS, SAMPLE, SETTINGS, TEXTS, run


def test_a_different_corpus_is_refused(classifier, tmp_path):
    path = tmp_path / "other.csv"
    path.write_text(Path(SAMPLE).read_text() + "More,1\n")
    with pytest.raises(ValueError, match=r"other\.csv is not what the model was trained on: its SHA-256 is \w{12}…"):
        open_run(classifier, open_corpus(path))


def test_a_different_order_of_the_corpus_is_refused(classifier):
    shuffled = shuffle_corpus(open_corpus(SAMPLE), seed=3)
    message = r"…, read with --shuffle --shuffle-seed 3; the model's corpus sample_reviews.csv has \w{12}…, in its own"
    with pytest.raises(ValueError, match=message):
        open_run(classifier, shuffled)


def two_texts(path):
    """Write a corpus with two columns of text, and as many labels."""
    with open(path, "w", newline="") as file:
        rows = [(text, TEXTS[i // 2], label) for i, (text, label) in enumerate(DOCUMENTS)]
        csv.writer(file).writerows([("text", "other", "label"), *rows])
    return path


@pytest.mark.parametrize(
    ("now", "named"),
    [
        (["--text-column", "other"], "now read with --text-column other; these are other documents"),
        (["--format", "csv"], "was read with --text-column text for the training, and is now read with --format csv"),
        (["--text-column", "text", "--labels", "0=1,1=0"], "now read with --text-column text --labels 0=1,1=0"),
    ],
)
def test_a_corpus_that_is_read_in_a_different_way_is_refused(tmp_path, now, named):
    path = two_texts(tmp_path / "two.csv")
    run("train", path, "--text-column", "text", "--model", tmp_path, *SETTINGS)
    result = CliRunner().invoke(
        main, ["report", str(path), "--model", str(tmp_path), "-o", str(tmp_path / "new"), *now]
    )
    assert result.exit_code == 2
    assert not (tmp_path / "new").exists()
    assert named in result.stderr


def test_the_options_of_the_training_are_right_for_its_report(tmp_path):
    path = two_texts(tmp_path / "two.csv")
    chosen = ["--text-column", "text", "--labels", "0=bad,1=good", "--model", tmp_path]
    run("train", path, "--format", "csv", *chosen, *SETTINGS)
    assert load_classifier(tmp_path).metadata["reading"]["labels"] == {"0": "bad", "1": "good"}
    run("report", path, *chosen, "--skip-bad-rows", "3", "--output", tmp_path)
    # Nor need they be typed again.
    result = run("report", path, "--model", tmp_path, "--output", tmp_path)
    assert "Reading with --format csv --labels 0=bad,1=good --text-column text, as for the training." in result.stderr
    accuracy = load_classifier(tmp_path).metadata["metrics"]["accuracy"]
    assert f"<strong>{100 * accuracy:.2f}%</strong>" in (tmp_path / "report.html").read_text()


def test_an_ordinary_record_tells_nothing_of_reading_and_keeping(trained):
    assert not {"reading", "n_keep"} & load_classifier(trained).metadata.keys()


def test_a_run_that_continued_a_different_model_is_not_repeated(trained, tmp_path):
    classifier = load_classifier(trained)
    classifier.metadata["earlier"] = [["0" * 64, 100]]
    save_record(tmp_path / "classifier.npz", classifier)
    run("report", SAMPLE, "--model", tmp_path, "--output", tmp_path)
    page = (tmp_path / "report.html").read_text()
    assert "The model continued from a different one; therefore the run is not repeated." in page


def test_a_model_without_provenance_is_refused(classifier):
    classifier.metadata = {}
    with pytest.raises(ValueError, match="does not say what it was trained on"):
        open_run(classifier, open_corpus(SAMPLE))


def test_the_test_corpus_of_the_run_is_asked_for(classifier):
    classifier.metadata["evaluated_on"] = "test.csv"
    with pytest.raises(ValueError, match=r"evaluated on test\.csv; pass it with --test"):
        open_run(classifier, open_corpus(SAMPLE))


def test_a_corrected_model_is_not_called_repeated(classifier, tmp_path):
    assert classifier.learn("a wonderful film", 0).changed
    save_record(tmp_path / "classifier.npz", classifier)
    run("report", SAMPLE, "--model", tmp_path, "--output", tmp_path)
    page = (tmp_path / "report.html").read_text()
    assert "bit for bit" not in page
    assert "On all of them it gave different weights: this model was pruned" in page
