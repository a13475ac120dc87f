"""Each text and each line gets an answer, and a mistake is one line."""

import csv
import gzip
import json
import lzma
import os
import pty
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from movieclassifier.commands import predict
from movieclassifier.models.persistence import load_classifier
from tests.support.command_line import run
from tests.support.patience import PATIENCE

CONSOLE = [sys.executable, "-c", "from movieclassifier.cli import main; main()"]
TEXT = "What a waste of time :("


def test_predict_prints_label_probability_and_text(small_model):
    result = run("predict", TEXT, "a wonderful, warm film", "--model", small_model)
    y_proba = load_classifier(small_model).predict_proba([TEXT, "a wonderful, warm film"])
    lines = [line.split("\t") for line in result.stdout.splitlines()]
    assert [text for _, _, text in lines] == [TEXT, "a wonderful, warm film"]
    for (label, probability, _), row in zip(lines, y_proba, strict=True):
        assert label == ("negative", "positive")[row.argmax()]
        assert probability == (f"{row.max():.3f}" if row.max() < 0.9995 else ">0.999")


def test_predict_prints_one_json_object_per_text(small_model):
    result = run("predict", TEXT, "fine", "--json", "--model", small_model)
    for line, text in zip(result.stdout.splitlines(), [TEXT, "fine"], strict=True):
        found = json.loads(line)
        expected = load_classifier(small_model).predict_proba([text])[0].tolist()
        assert list(found["probabilities"].values()) == pytest.approx(expected)
        assert found["label"] == max(found["probabilities"], key=found["probabilities"].get)


def test_predict_names_no_label_where_no_word_is_known(small_model):
    lines = run("predict", "👍", "", TEXT, "--model", small_model).stdout.splitlines()
    assert lines[0] == "-\t-\t👍\tThere is no word in it. A model trained with --tokenizer tweet reads emoji."
    assert lines[1] == "-\t-\t\tThere is no text."
    assert lines[2].split("\t")[0] in ("negative", "positive")
    found = json.loads(run("predict", "👍", "--json", "--model", small_model).stdout)
    assert (found["label"], found["n_known"]) == (None, 0)


@pytest.mark.parametrize("how", ["file", "dash", "argument", "stdin"])
def test_predict_answers_each_line_and_blank_ones_too(how, small_model, tmp_path):
    path = tmp_path / "texts.txt"
    path.write_bytes("grauenhaft café\n\n  \r\nfine\r\nno line break at the end".encode())
    option = {"file": ["--input", path], "dash": ["--input", "-"], "argument": ["-"], "stdin": []}[how]
    with open(path, "rb") as stdin:
        done = subprocess.run(
            [*CONSOLE, "predict", *option, "--model", small_model],
            stdin=stdin,
            capture_output=True,
            check=True,
        )
    texts = [line.split("\t")[2] for line in done.stdout.decode().splitlines()]
    assert texts == ["grauenhaft café", "", "", "fine", "no line break at the end"]


def test_predict_without_training_says_that_it_takes_the_bundled_model(tmp_path):
    done = subprocess.run(
        [*CONSOLE, "predict", "what a waste of time"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.getcwd()},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("negative\t")
    assert "Using the bundled model." in done.stderr


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"fine\ncaf\xe9\n", "line 2: the byte 0xe9 is not utf-8; pass the file's encoding"), (None, "no such file")],
)
def test_file_that_cannot_be_read_is_one_line(content, message, small_model, tmp_path):
    path = tmp_path / "texts.txt"
    if content is not None:
        path.write_bytes(content)
    result = run("predict", "--input", path, "--model", small_model)
    assert result.exit_code == 2
    assert message in result.stderr.splitlines()[-1]


def test_texts_and_a_file_together_are_refused(small_model):
    result = run("predict", TEXT, "--input", "-", "--model", small_model)
    assert result.exit_code == 2
    assert "pass texts or --input, not both." in result.stderr


TABLE = 'id;review;stars\n1;"A wonderful; warm film";5\n2; ;3\n3;"Dull\nand ""too"" long";1\n'


def predicted(text, small_model, n_top=1):
    y_proba = load_classifier(small_model).predict_proba([text])[0]
    return [("negative", "positive")[place] for place in np.argsort(-y_proba)[:n_top]]


@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".csv.xz"])
def test_a_table_keeps_its_columns_and_gets_more(small_model, tmp_path, ending):
    source, output = tmp_path / f"in{ending}", tmp_path / f"out{ending}"
    open_as = {".gz": gzip.open, ".xz": lzma.open}.get(output.suffix, open)
    with open_as(source, "wt", encoding="utf-8") as file:
        file.write(TABLE)
    result = run("predict", "--input", source, "-o", output, "--delimiter", ";", "--top-k", 2, "--model", small_model)
    assert result.exit_code == 0, result.output
    assert result.stderr == f"{output}: 3 rows\n"
    with open_as(output, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    added = ["predicted", "probability", "predicted_2", "probability_2", "note"]
    assert list(rows[0]) == ["id", "review", "stars", *added]
    assert [row["review"] for row in rows] == ["A wonderful; warm film", " ", 'Dull\nand "too" long']
    assert [rows[0]["predicted"], rows[0]["predicted_2"]] == predicted("A wonderful; warm film", small_model, 2)
    assert [rows[1][name] for name in added] == ["", "", "", "", "There is no text."]
    assert 0.5 < float(rows[2]["probability"]) < 1


def test_json_lines_keep_their_keys(small_model, tmp_path):
    lines = [{"text": "A wonderful film", "tags": ["a", 1]}, {"text": "Dull", "more": None}]
    (tmp_path / "in.jsonl").write_text("\n".join(map(json.dumps, lines)))
    run("predict", "--input", tmp_path / "in.jsonl", "-o", tmp_path / "out.jsonl", "--model", small_model)
    found = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [{name: row[name] for name in line} for row, line in zip(found, lines, strict=True)] == lines
    assert [[row["predicted"]] for row in found] == [predicted(line["text"], small_model) for line in lines]
    refused = run("predict", "--input", tmp_path / "in.jsonl", "-o", tmp_path / "out.csv", "--model", small_model)
    assert "JSON lines stay JSON lines; pass an --output whose name ends in .jsonl." in refused.stderr
    again = run("predict", "--input", tmp_path / "out.jsonl", "-o", tmp_path / "2.jsonl", "--model", small_model)
    assert "the input has a column 'predicted' already" in again.stderr
    assert not (tmp_path / "2.jsonl").exists()


@pytest.mark.parametrize("output", ["out.csv", "out.jsonl", "out.tsv"])
def test_lines_and_corpora_of_folders_become_tables(small_model, tmp_path, output):
    (tmp_path / "texts").write_text("A wonderful film\n\nDull, dull\n")
    for label in ("neg", "pos"):
        (tmp_path / "films" / label).mkdir(parents=True)
        (tmp_path / "films" / label / "1.txt").write_text(f"a {label} film")
    for source, n_rows in (("texts", 3), ("films", 2)):
        arguments = ["--input", tmp_path / source, "--output", tmp_path / output, "--model", small_model]
        assert run("predict", *arguments).stderr.endswith(f"{output}: {n_rows} rows\n")
        assert (tmp_path / output).read_text().count("predicted") == (n_rows if output == "out.jsonl" else 1)


@pytest.mark.parametrize(
    ("table", "options", "message"),
    [
        ("id,body\n1,fine\n", [], "expected a column such as review or text; got id,body. Pass --text-column"),
        ("", [], "the file is empty; expected a header."),
        ("text,label\nfine\n", [], "line 2: expected 2 fields, got 1."),
        ("text\nfine\n", ["-o", "x.zip"], "no .zip can be written"),
        ("text\nfine\n", ["-o", "no/x.csv"], "the folder of this file does not exist"),
        ("text\nfine\n", ["--format", "nope"], "Invalid value for '--format'"),
    ],
)
def test_a_table_that_cannot_be_read_or_written_is_one_line(
    small_model, tmp_path, monkeypatch, table, options, message
):
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_text(table)
    options = options if "-o" in options else [*options, "-o", "out.csv"]
    result = run("predict", "--input", "t.csv", *options, "--model", small_model)
    assert result.exit_code == 2
    assert message in result.stderr.splitlines()[-1]
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]


def test_bad_rows_can_be_skipped_and_other_columns_named(small_model, tmp_path):
    (tmp_path / "t.csv").write_text("fine,1\nbroken\ndull,0\n")
    arguments = ["--input", tmp_path / "t.csv", "--model", small_model, "--no-header", "--no-quotes"]
    result = run("predict", *arguments, "--text-column", 0, "--skip-bad-rows", 1)
    assert len(result.stdout.splitlines()) == 2
    assert "Skipped 1 bad row:" in result.stderr


def test_a_threshold_leaves_the_label_out(small_model):
    found = json.loads(run("predict", TEXT, "--threshold", 1, "--json", "--model", small_model).stdout)
    assert (found["label"], found["note"]) == (None, "The probability is below 1.")
    assert run("predict", TEXT, "--threshold", 1, "--model", small_model).stdout.startswith("-\t>0.999\t")
    assert json.loads(run("predict", TEXT, "--threshold", 0, "--json", "--model", small_model).stdout)["label"]


def test_a_text_of_one_known_word_says_so(small_model):
    assert run("predict", "film", "--model", small_model).stdout.endswith(
        "\tfilm\tNo more than 1 word of it is known to the model.\n"
    )
    assert run("predict", TEXT, "--model", small_model).stdout.endswith(f"\t{TEXT}\n")


def test_the_name_of_a_file_is_met_with_a_hint(small_model, tmp_path):
    (tmp_path / "reviews.csv").write_text("text\nfine\n")
    found = run("predict", tmp_path / "reviews.csv", "\0", "x" * 9999, "--model", small_model)
    assert found.exit_code == 0
    assert found.stderr.count("is a file, whose name was classified; --input") == 1
    assert "--output goes with the --input of a file." in run("predict", TEXT, "-o", "x.csv").stderr


@pytest.mark.parametrize("no_color", ["", "1"])
def test_a_person_sees_bars_and_colours_unless_unwanted(small_model, monkeypatch, no_color):
    monkeypatch.setattr("movieclassifier.commands.predict.is_terminal", lambda: True)
    monkeypatch.setenv("NO_COLOR", no_color)
    arguments = ["predict", "A wonderful film", "", "--top-k", 2, "--model", small_model]
    found = run(*arguments, color=not no_color).stdout.splitlines()
    assert len(found) == 4
    assert ("\x1b[" in found[0]) is not no_color
    assert "█" in found[0]
    assert "··········      -" in found[2]
    assert "There is no text." in found[2]


def test_a_person_at_an_empty_line_is_told_what_to_type(small_model):
    controller, terminal = pty.openpty()
    with subprocess.Popen(
        [*CONSOLE, "predict", "--model", small_model], stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        os.write(controller, b"a wonderful film\n\x04")
        output, errors = process.communicate(timeout=PATIENCE)
    assert errors == b"Type a text and press Enter; Ctrl-D ends.\n"
    assert output.startswith(b"positive\t")


def test_predict_does_not_write_over_its_input(small_model, tmp_path):
    table = tmp_path / "table.csv"
    table.write_text("text\nfine\n")
    (tmp_path / "link.csv").symlink_to(table)
    for output in (table, tmp_path / "link.csv"):
        result = run("predict", "--input", table, "--output", output, "--model", small_model)
        assert result.exit_code == 2
        assert "is the file of --input; name a different one." in result.stderr
    assert table.read_text() == "text\nfine\n"


def test_texts_that_come_slowly_are_answered_after_a_second(monkeypatch):
    clock = iter([0.0, 0.1, 1.2, 2.0, 2.1, 2.2])  # "a" comes at 0, "b" at 1.2, "c" at 2.0
    monkeypatch.setattr(predict, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    assert list(predict._chunks("abcde", 3)) == [["a", "b"], ["c", "d", "e"]]
