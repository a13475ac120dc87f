"""New texts are read as those of the training, if nothing is said and they can be."""

import csv
import json

import pytest

from tests.support.command_line import run

ROWS = [("a fine and warm film", "good"), ("a dull and long film", "bad")] * 20
SAID = "as for the training."


def write_table(path, columns, rows=ROWS):
    """Write a table with an id in front of the named columns."""
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", *columns])
        writer.writerows([n, *row[: len(columns)]] for n, row in enumerate(rows))
    return path


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Return a model of a table whose columns have names of their own."""
    folder = tmp_path_factory.mktemp("model")
    path = write_table(folder / "tickets.csv", ["body", "kind"])
    columns = ["--text-column", "body", "--label-column", "kind"]
    run("train", path, *columns, "--model", folder, "--n-features", "1024", "--min-df", "1")
    return folder


def test_evaluate_reads_the_columns_of_the_training(model, tmp_path):
    new = write_table(tmp_path / "new.csv", ["body", "kind"])
    result = run("evaluate", new, "--json", "--model", model)
    assert json.loads(result.stdout)["n_documents"] == len(ROWS)
    assert f"Reading with --label-column kind --text-column body, {SAID}" in result.stderr


def test_evaluate_reads_a_file_of_a_different_shape_as_it_is_found(model, tmp_path):
    new = write_table(tmp_path / "new.csv", ["text", "label"])
    result = run("evaluate", new, "--json", "--model", model)
    assert json.loads(result.stdout)["n_documents"] == len(ROWS)
    assert SAID not in result.stderr


def test_labels_are_those_of_the_training_or_of_the_model(tmp_path):
    scores = [(text, {"good": 4, "bad": 0}[label]) for text, label in ROWS]
    path = write_table(tmp_path / "scores.csv", ["body", "kind"], scores)
    columns = ["--text-column", "body", "--label-column", "kind", "--labels", "0=bad,4=good"]
    run("train", path, *columns, "--model", tmp_path, "--n-features", "1024", "--min-df", "1")
    named = write_table(tmp_path / "named.csv", ["body", "kind"])
    for new in (path, named):
        result = run("evaluate", new, "--json", "--model", tmp_path)
        assert json.loads(result.stdout)["n_documents"] == len(ROWS)
        assert SAID in result.stderr


@pytest.mark.parametrize("name", ["new.csv", "new.txt"])
def test_predict_reads_the_text_column_of_the_training(model, tmp_path, name):
    new = write_table(tmp_path / name, ["body"])
    result = run("predict", "--input", new, "--output", tmp_path / "out.csv", "--model", model)
    rows = list(csv.DictReader((tmp_path / "out.csv").read_text().splitlines()))
    assert [row["body"] for row in rows] == [text for text, _ in ROWS]
    assert f"Reading with --text-column body, {SAID}" in result.stderr


def test_predict_reads_a_file_whose_only_column_is_the_text(model, tmp_path):
    (tmp_path / "one.csv").write_text("body\na fine film\na dull film\n")
    result = run("predict", "--input", tmp_path / "one.csv", "--model", model)
    assert [line.split("\t")[2] for line in result.stdout.splitlines()] == ["a fine film", "a dull film"]
    (tmp_path / "one.jsonl").write_text('{"body": "a fine film"}\n')
    assert run("predict", "--input", tmp_path / "one.jsonl", "--model", model).stdout.endswith("a fine film\n")


def test_predict_reads_lines_as_lines_and_options_come_first(model, tmp_path):
    (tmp_path / "lines.txt").write_text("a fine film\nbody and soul\n")
    result = run("predict", "--input", tmp_path / "lines.txt", "--model", model)
    assert (len(result.stdout.splitlines()), SAID in result.stderr) == (2, False)
    new = write_table(tmp_path / "new.csv", ["text"])
    assert SAID not in run("predict", "--input", new, "--text-column", "text", "--model", model).stderr


def test_a_column_with_a_number_makes_no_table_of_a_text_file(tmp_path):
    path = write_table(tmp_path / "scores.csv", ["a", "b"])
    columns = ["--text-column", "1", "--label-column", "2"]
    run("train", path, *columns, "--model", tmp_path, "--n-features", "1024", "--min-df", "1")
    (tmp_path / "lines.txt").write_text("fine, warm\nlong, dull\n")
    assert len(run("predict", "--input", tmp_path / "lines.txt", "--model", tmp_path).stdout.splitlines()) == 2
