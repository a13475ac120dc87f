"""What is said of a training beside its figures: what the model replaces, where it comes from, and what to doubt."""

import csv
import json
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner

from movieclassifier.cli import main as command_line
from movieclassifier.corpora.readers.tables import iter_csv
from movieclassifier.models import origin
from movieclassifier.models.persistence import load_classifier
from movieclassifier.models.writing import save_record
from tests.support.models import random_classifier
from train_online import main

SAMPLE = Path(str(files("movieclassifier").joinpath("bundled/sample_reviews.csv")))
FAST = ["--n-features", "2**14", "--minibatch-size", "50", "--no-progress", "--keep-state"]


def train(*arguments):
    return CliRunner().invoke(main, [*FAST, *map(str, arguments)])


def info(model_dir):
    lines = CliRunner().invoke(command_line, ["info", "--model", str(model_dir)]).stdout.splitlines()
    return dict(line.split(None, 1) for line in lines if not line.startswith("trained on")) | {
        "trained on": next(line[17:] for line in lines if line.startswith("trained on"))
    }


@pytest.fixture(scope="module")
def parts(tmp_path_factory):
    """Return three corpora: 200, 120 and 80 rows of the sample."""
    documents = list(iter_csv(SAMPLE))
    folder = tmp_path_factory.mktemp("parts")
    paths = [folder / f"{name}.csv" for name in ("first", "second", "third")]
    for path, rows in zip(paths, (documents[:200], documents[200:320], documents[320:]), strict=True):
        with open(path, "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("review", "sentiment"), *rows])
    return paths


@pytest.fixture(scope="module")
def continued(parts, tmp_path_factory):
    """Return what three trainings into one folder said, each but the first with --continue, and the folder."""
    model_dir = tmp_path_factory.mktemp("continued")
    said = [train(parts[0], "--keep", 300, "--model", model_dir)]
    said += [train(part, "--continue", "--model", model_dir) for part in parts[1:]]
    assert [run.exit_code for run in said] == [0, 0, 0], said[-1].output
    return [run.stderr for run in said], model_dir


def test_model_that_is_replaced_is_named(parts, tmp_path):
    first = train(parts[0], "--model", tmp_path)
    accuracy = f"{load_classifier(tmp_path).metadata['metrics']['accuracy']:.4f}"
    second = train(parts[1], "--recipe", "book", "--model", tmp_path)
    assert first.stderr.splitlines()[-1] == f"The model is in {tmp_path}."
    assert second.stderr.splitlines()[-1] == (
        f"The model is in {tmp_path}, in place of one of recipe default that had {accuracy} on the holdout of "
        "first.csv."
    )


def test_model_without_figures_is_named_by_its_corpus(parts, tmp_path):
    classifier = random_classifier()
    classifier.metadata = {"corpus": ["tweets.csv"], "n_train": 1000}
    save_record(tmp_path / "classifier.npz", classifier)
    said = train(parts[0], "--model", tmp_path).stderr
    assert "in place of one of recipe default, trained on 1,000 documents of tweets.csv." in said


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no model"])
def test_damaged_model_is_replaced_without_a_word(content, parts, tmp_path):
    (tmp_path / "classifier.npz").write_bytes(content)
    assert train(parts[0], "--model", tmp_path).stderr.endswith(f"The model is in {tmp_path}.\n")


def test_continuing_keeps_as_many_columns_as_before(continued):
    said, model_dir = continued
    assert len(load_classifier(model_dir).columns) == 300
    assert "Keeping" not in said[0]
    assert all("Keeping 300 columns, as before; --keep says otherwise.\n" in text for text in said[1:])


def test_continuing_with_a_different_number_of_columns_keeps_these(parts, continued, tmp_path):
    train(parts[0], "--keep", 300, "--model", tmp_path)
    said = train(parts[1], "--continue", "--keep", 200, "--model", tmp_path).stderr
    assert len(load_classifier(tmp_path).columns) == 200
    assert "Keeping" not in said


def test_record_and_info_name_all_corpora(continued):
    _, model_dir = continued
    names = [names for _, _, names in load_classifier(model_dir).metadata["earlier"]]
    assert names == [["first.csv"], ["second.csv"]]
    assert info(model_dir)["trained on"] == ("72 documents of third.csv, after 180 of first.csv and 108 of second.csv")


def test_info_of_an_early_record_names_the_corpus_unknown():
    metadata = {"n_train": 72, "corpus": ["third.csv"], "earlier": [["5e4f", 180]]}
    assert origin.trained_on(metadata) == "72 documents of third.csv, after 180 of an unknown corpus"


def test_forged_earlier_corpora_are_refused(tmp_path):
    classifier = random_classifier()
    classifier.metadata = {"earlier": [["5e4f", "many"]]}
    save_record(tmp_path / "model.npz", classifier)
    with pytest.raises(ValueError, match="its earlier do not fit"):
        load_classifier(tmp_path / "model.npz")


def test_testing_on_what_was_trained_on_is_said(parts, continued, tmp_path):
    known = "is trained on, so how well the model does there says nothing about other texts."
    own = train(parts[0], "--n-train", 100, "--test", parts[0], "--model", tmp_path)
    assert f"Warning: first.csv {known}" in own.stderr
    earlier = train(parts[1], "--continue", "--test", parts[0], "--model", tmp_path)
    assert f"Warning: first.csv {known}" in earlier.stderr
    other = train(parts[2], "--continue", "--test", SAMPLE, "--model", tmp_path)
    assert known not in other.stderr


def test_holdout_that_was_trained_on_before_is_said(parts, tmp_path):
    warning = "Warning: the model was trained on documents of this holdout before"
    train(parts[0], "--n-train", 180, "--model", tmp_path)
    assert warning not in train(parts[0], "--n-train", 180, "--continue", "--model", tmp_path).stderr
    assert warning in train(parts[0], "--n-train", 150, "--continue", "--model", tmp_path).stderr


def test_continuing_from_no_folder_makes_none(parts, tmp_path):
    result = train(parts[0], "--continue", "--model", tmp_path / "nope")
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1].startswith(f"Error: {tmp_path / 'nope'}: there is no such folder")
    assert not (tmp_path / "nope").exists()


def test_finished_run_is_resumed_without_naming_a_file_that_goes(parts, tmp_path):
    train(parts[0], "--model", tmp_path)
    said = train(parts[0], "--model", tmp_path, "--resume").stderr
    assert f"{tmp_path}: this run has finished; it is evaluated and saved again.\n" in said
    assert "checkpoint" not in said
    assert said.endswith(f"The model is in {tmp_path}.\n")


def test_missing_corpus_of_the_book_is_answered_with_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = train()
    assert result.exit_code == 2
    assert (
        "data/movie_data.csv: there is no such file; get it by `make corpus`, or by `python download_data.py` and"
        in (result.stderr)
    )
    assert list(tmp_path.iterdir()) == []


def test_model_no_better_than_the_largest_class_is_doubted(tmp_path):
    rows = [f"the same words {i % 7},{'pos' if i % 10 < 7 else 'neg'}\n" for i in range(300)]
    (tmp_path / "noise.csv").write_text("".join(["text,label\n", *rows]))
    result = train(tmp_path / "noise.csv", "--n-holdout", 100, "--model", tmp_path / "model", "--json")
    assert json.loads(result.stdout)["accuracy"] <= 0.7
    assert "Warning: the model is no better than always answering 'pos', which is right in 0.7000 of" in result.stderr


def test_holdout_of_one_document_is_doubted(parts, tmp_path):
    result = train(parts[0], "--n-holdout", 1, "--model", tmp_path)
    assert "Warning: 1 document tells next to nothing about a model; evaluate it on more." in result.stderr
    assert "(1 document)" in result.stdout


def test_good_model_is_not_doubted(parts, tmp_path):
    assert "Warning" not in train(SAMPLE, "--passes", 2, "--n-holdout", 100, "--model", tmp_path).stderr


def test_info_marks_the_figures_of_the_sample(tmp_path):
    train(SAMPLE, "--model", tmp_path)
    found = info(tmp_path)
    assert found["accuracy"].endswith(" on the holdout of sample_reviews.csv  (sample)")
    assert found["columns"].endswith("  (sample)")


def test_evaluating_on_what_was_trained_on_is_said(parts, continued):
    _, model_dir = continued
    for path, n in zip(parts, (180, 108, 72), strict=True):
        done = CliRunner().invoke(command_line, ["evaluate", str(path), "--model", str(model_dir)])
        assert f"Warning: the model was trained on {n} documents of this corpus" in done.stderr
    done = CliRunner().invoke(command_line, ["evaluate", str(SAMPLE), "--model", str(model_dir)])
    assert done.exit_code == 0
    assert "Warning" not in done.stderr
