"""The options of a corpus on the command line: what is guessed and said, labels and order, mistakes in one line."""

import codecs
import gzip
import json
import os
import subprocess
import sys
import zipfile
from importlib.resources import files

import click
import pytest
from click.testing import CliRunner

from movieclassifier.commands.evaluate import main as evaluate
from movieclassifier.commands.shared.corpus_options import (
    chosen_corpus,
    corpus_options,
    corpus_to_test_on,
    format_of_test,
    report_bad_rows,
)
from movieclassifier.commands.shared.edge import Command
from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.readers.formats import READERS
from movieclassifier.corpora.shuffled import shuffle_corpus
from movieclassifier.corpora.survey import survey

BOOK = "review,sentiment\ngood,1\nbad,0\n"
BUNDLED = files("movieclassifier") / "bundled" / "imdb.npz"
SENTIMENT140 = '"0","1467810369","Mon Apr 06 22:19:45 PDT 2009","NO_QUERY","me","so, so"\n'


@click.command(cls=Command)
@click.argument("paths", nargs=-1)
@corpus_options
def read(paths, reading):
    """Print a survey and the documents as JSON."""
    corpus = chosen_corpus(paths, reading)
    found = survey(corpus)
    report_bad_rows(found, corpus)
    facts = {"format": corpus.format, "names": corpus.names, "labels": found.labels, "counts": found.label_counts}
    click.echo(json.dumps({**facts, "documents": list(corpus.documents(found.labels))}))


def run(*arguments, **options):
    return CliRunner().invoke(read, [str(argument) for argument in arguments], **options)


def result(*arguments, **options):
    done = run(*arguments, **options)
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def written(tmp_path, content, name="x.csv"):
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return tmp_path / name


FORMATS = {
    "csv": ("x.csv", BOOK),
    "csv whatever its name": ("x.data", "text,label\na\tb,1\n"),
    "csv with columns": ("x.csv", "text,label\nfine,positive\n"),
    "kaggle-imdb": ("IMDB Dataset.csv", 'review,sentiment\r\n"fine, really",positive\r\n'),
    "tsv": ("x.tsv", "text\tlabel\na, b\t7\n"),
    "tsv by content": ("x.txt", "text\tlabel\na, b\t7\n"),
    "jsonl": ("x", '{"text": "a", "label": 1}\n'),
    "jsonl by name": ("x.ndjson", '\n{"text": "a", "label": 1}\n'),
    "jsonl arrays": ("x", '["a", "1"]\n'),
    "uci": ("x.txt", "Wasted two hours.\t0\nFine.\t1\n"),
    "uci below a header": ("x.txt", 'Review\tStatus\nSo "so.\t1\n'),
    "tsv with quotes": ("x.txt", 'Review\tStatus\n"So so."\t1\n'),
    "tsv with other labels": ("x.txt", "Review\tStatus\nSo so.\tfine\n"),
    "tsv by name": ("x.tsv", "Review\tStatus\nSo so.\t1\n"),
    "uci by name": ("yelp_labelled.txt", "Review\tStatus\nFine.\t1\n"),
    "sentiment140": ("training.csv", SENTIMENT140),
    "fasttext": ("x.txt", "__label__good so, so\n"),
    "csv of Excel": ("x.csv", "sep=;\ntext;label\na, b;1\n"),
    "csv with numbered columns": ("x.csv", "0,1\nfine,1\n"),
    "tsv with numbered columns": ("x.txt", "0\t1\nfine\t1\n"),
    "jsonl in one array": ("x", '[\n  {"text": "a", "label": 1}\n]\n'),
    "sentiment140 without quotes": ("x", SENTIMENT140.replace('"', "").replace("so, so", "so")),
}


@pytest.mark.parametrize(("name", "content"), FORMATS.values(), ids=FORMATS)
def test_format_is_guessed_and_said(tmp_path, request, name, content):
    expected = request.node.callspec.id.split()[0]
    path = written(tmp_path, content, name)
    done = run(path)
    assert done.exit_code == 0, done.stderr
    assert done.stderr == f"{path}: read as --format {expected}.\n"
    assert json.loads(done.stdout)["format"] == expected


def test_format_of_a_compressed_file_is_guessed(tmp_path):
    path = written(tmp_path, gzip.compress(b'{"text": "a", "label": 1}\n'), "x.gz")
    assert result(path)["format"] == "jsonl"
    with zipfile.ZipFile(tmp_path / "archive.zip", "w") as archive:
        archive.writestr("archive/IMDB Dataset.csv", "review,sentiment\nfine,negative\n")
    assert result(tmp_path / "archive.zip")["format"] == "kaggle-imdb"


def test_format_that_was_given_is_not_said(tmp_path):
    assert run(written(tmp_path, BOOK), "--format", "csv").stderr == ""


def test_columns_that_are_named_rule_out_corpora_with_a_name(tmp_path):
    path = written(tmp_path, SENTIMENT140)
    found = result(path, "--no-header", "--text-column", "5", "--label-column", "4")
    assert (found["format"], found["documents"]) == ("csv", [["so, so", "me"]])


@pytest.mark.parametrize(
    ("content", "labels", "documents"),
    [
        (BOOK, {"0": 0, "1": 1}, [["good", 1], ["bad", 0]]),
        (BOOK.replace("review", "text"), {"0": 0, "1": 1}, [["good", 1], ["bad", 0]]),
        (SENTIMENT140, {"0": "negative", "2": "neutral", "4": "positive"}, [["so, so", "negative"]]),
        ("text,label\na,x\nb,y\n", {"x": "x", "y": "y"}, [["a", "x"], ["b", "y"]]),
    ],
)
def test_labels_that_are_not_given_are_known_or_found(tmp_path, content, labels, documents):
    found = result(written(tmp_path, content))
    assert (found["labels"], found["documents"]) == (labels, documents)


def test_known_labels_are_the_only_ones(tmp_path):
    done = run(written(tmp_path, BOOK + "so so,5\n"))
    assert done.exit_code == 2
    assert done.stderr.endswith("line 4: sentiment must be one of 0, 1; got '5'. Pass --labels to map other values.\n")


STARS = "text,stars\na,1\nb,3\nc,5\n"


@pytest.mark.parametrize(
    ("labels", "documents"),
    [
        ("1=negative,3=,5=positive", [["a", "negative"], ["c", "positive"]]),
        ("1=0,1 =0,3=0,5=1", [["a", 0], ["b", 0], ["c", 1]]),
        ("1=0, 3=0, 5=1", [["a", 0], ["b", 0], ["c", 1]]),
        ("1,3,5", [["a", 1], ["b", 3], ["c", 5]]),
        ("1=bad,3=3,5=good", [["a", "bad"], ["b", "3"], ["c", "good"]]),
    ],
)
def test_labels_are_mapped(tmp_path, labels, documents):
    path = written(tmp_path, STARS)
    assert result(path, "--labels", labels)["documents"] == documents
    shuffled = result(path, "--labels", labels, "--shuffle")
    assert sorted(shuffled["documents"]) == documents
    assert shuffled["counts"] == {value: 1 for value, text in zip("135", "abc", strict=True) if text in str(documents)}


OPTIONS = {
    "text column": ("a;b\nx;1\n", ["--delimiter", ";", "--text-column", "a", "--label-column", "b"], [["x", 1]]),
    "name before number": ("1,0\nx,7\n", ["--text-column", "1", "--label-column", "0"], [["x", 7]]),
    "joined": ("t,b,l\nx,y,1\n", ["--text-column", "t", "--text-column", "b", "--label-column", "l"], [["x\ny", 1]]),
    "no header": ("x,1\n", ["--no-header"], [["x", 1]]),
    "tab": ("text\tlabel\nx\t1\n", ["--delimiter", "\\t"], [["x", 1]]),
    "no quotes": ('text,label\n"x,1\n', ["--no-quotes"], [['"x', 1]]),
    "encoding": ("text,label\ncafé,1\n".encode("latin-1"), ["--encoding", "latin-1"], [["café", 1]]),
}


@pytest.mark.parametrize(("content", "arguments", "documents"), OPTIONS.values(), ids=OPTIONS)
def test_options_reach_the_reader(tmp_path, content, arguments, documents):
    path = written(tmp_path, content)
    assert result(path, *arguments)["documents"] == documents


MISTAKES = {
    "missing": (["nowhere.csv"], "nowhere.csv: there is no such file or folder."),
    "missing, named": (["nowhere", "--format", "bbc"], "nowhere: there is no such folder or file."),
    "no match": (["none*.csv"], "none*.csv: there is no such file; nothing matches this pattern."),
    "no path": ([], "no corpus; pass the path of one."),
    "folder": (
        [".", "--format", "csv"],
        ".: this is a folder, but csv reads a file; pass a file, a pattern such as '*.csv', or",
    ),
    "two formats": (
        ["x.csv", "x.tsv"],
        "these are not of one format (x.csv is csv, x.tsv is tsv); pass --format, that of all",
    ),
    "option of others": (
        ["x.csv", "--part", "test"],
        "--format csv takes no --part; it takes --text-column, --label-column, --no-header, --delimiter, --no-quotes,",
    ),
    "unknown format": (["x.csv", "--format", "xml"], "'xml' is not one of 'csv', 'tsv', 'jsonl'"),
    "delimiter": (["x.csv", "--delimiter", "ab"], "the delimiter must be one character"),
}


CONTENTS = {
    "semicolons": (b"text;label\na;1\n", [], "line 1: one column only, 'text;label'; pass --delimiter ';'"),
    "tabs": (b"text\tlabel\na\t1\n", ["--format", "csv"], "pass --delimiter '\\t', which seems to part this file."),
    "one column": (b"text\na\n", [], "line 1: one column only, 'text'; expected text and label"),
    "UTF-16": ("text,label\na,1\n".encode("utf-16"), [], "line 1: this is UTF-16; pass --encoding utf-16."),
    "UTF-32": ("text,label\na,1\n".encode("utf-32"), [], "line 1: this is UTF-32; pass --encoding utf-32."),
    "UTF-32-BE": (
        codecs.BOM_UTF32_BE + "text,label\na,1\n".encode("utf-32-be"),
        [],
        "line 1: this is UTF-32; pass --encoding utf-32.",
    ),
    "UTF-32 without a mark": (
        "text,label\na,1\n".encode("utf-32-le"),
        [],
        "line 1: this looks like UTF-32 without a byte order mark; pass --encoding utf-32-le.",
    ),
    "picture": (b"\x89PNG\r\n\x1a\n\0\0", ["--format", "csv"], "line 1: this is a picture or a program, no text"),
    "no label": (b"text,label\na,1\nb,\n", [], "line 3: label is empty; every document needs a label."),
    "blank label": (b"text,label\na,1\nb, \n", [], "line 3: label is empty; every document needs a label."),
    "empty row": (b'text,label\na,1\n"",""\n', [], "line 3: label is empty; every document needs a label."),
    "no label, JSON": (b'{"text": "a", "label": ""}\n', [], "line 1: label is empty; every document needs a label."),
}


@pytest.mark.parametrize(("content", "arguments", "message"), CONTENTS.values(), ids=CONTENTS)
def test_content_that_is_not_a_corpus_is_answered_with_what_to_do(tmp_path, content, arguments, message):
    done = run(written(tmp_path, content), *arguments)
    assert done.exit_code == 2
    assert message in done.stderr.splitlines()[-1]


def test_rows_without_a_label_can_be_skipped(tmp_path):
    path = written(tmp_path, "text,label\na,1\nb,\nc,0\n")
    assert result(path, "--skip-bad-rows", "1")["documents"] == [["a", 1], ["c", 0]]


@pytest.mark.parametrize(("arguments", "message"), MISTAKES.values(), ids=MISTAKES)
def test_mistake_is_one_line(tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    written(tmp_path, BOOK)
    written(tmp_path, "text\tlabel\nx\t7\n", "x.tsv")
    done = run(*arguments)
    assert done.exit_code == 2
    assert message in done.stderr.splitlines()[-1]


def test_web_address_is_answered_with_what_to_do():
    done = run("https://example.org/reviews.csv")
    assert done.exit_code == 2
    assert "https://example.org/reviews.csv: this is an address; download the file first" in done.stderr


def test_file_address_is_a_path(tmp_path):
    assert result(written(tmp_path, BOOK, "à b.csv").as_uri())["documents"] == [["good", 1], ["bad", 0]]


def test_terminal_does_not_obey_the_name_of_a_file(tmp_path):
    path = written(tmp_path, BOOK + "bad\n", "\x1b[2J.csv")
    for arguments in ([path], [path, "--skip-bad-rows", "1"]):
        done = run(*arguments)
        assert "\x1b" not in done.stderr
        assert "\\x1b[2J.csv, line 4" in done.stderr


def test_every_format_is_in_the_help():
    assert f"in this format: {', '.join(READERS)}." in " ".join(run("--help").stdout.split())


def test_patterns_and_several_files_are_one_stream(tmp_path, monkeypatch):
    for i in (3, 1, 2):
        written(tmp_path, f"text,label\n{i},1\n", f"part/{i}.csv")
    written(tmp_path, "label,text\n0,last\n", "last.csv")
    found = result(tmp_path / "part" / "*.csv", tmp_path / "last.csv")
    assert found["documents"] == [["1", 1], ["2", 1], ["3", 1], ["last", 0]]
    assert found["names"] == ["1.csv", "2.csv", "3.csv", "last.csv"]
    monkeypatch.chdir(tmp_path)
    assert open_corpus("**/*.csv").names == ("last.csv", "1.csv", "2.csv", "3.csv")


@pytest.mark.parametrize("content", [BOOK.encode(), gzip.compress(BOOK.encode())], ids=["plain", "gzip"])
def test_standard_input_is_read(content):
    found = result("-", input=content)
    assert found["documents"] == [["good", 1], ["bad", 0]]
    assert found["names"] == ["standard-input"]


def test_temporary_files_are_gone_at_the_end(tmp_path):
    code = """
from movieclassifier import open_corpus, shuffle_corpus, survey
print(survey(shuffle_corpus(open_corpus("-"))).n_documents)
"""
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], input=BOOK, text=True, env=environment, capture_output=True)
    assert (done.stdout, done.stderr) == ("2\n", "")
    assert os.listdir(tmp_path) == []


def test_shuffle_seed_is_used(tmp_path):
    path = many(tmp_path)
    expected = [[text, int(label)] for text, label in shuffle_corpus(open_corpus(path), 3)]
    assert result(path, "--shuffle", "--shuffle-seed", "3")["documents"] == expected


def test_folders_are_shuffled_unless_told_otherwise(tmp_path):
    path = folders(tmp_path)
    done = run(path)
    assert done.stderr.endswith(f"{path}: sorted by label, therefore read with --shuffle.\n")
    labels = [label for _, label in json.loads(done.stdout)["documents"]]
    assert labels != sorted(labels)
    labels = [label for _, label in result(path, "--no-shuffle")["documents"]]
    assert labels == sorted(labels)


@click.command(cls=Command)
@click.argument("path")
@corpus_options
def other_corpus(path, reading):
    """Print the documents of a corpus to test on."""
    click.echo(json.dumps(list(corpus_to_test_on(path, reading))))


def test_corpus_to_test_on_keeps_its_order(tmp_path):
    documents = json.loads(CliRunner().invoke(other_corpus, [str(folders(tmp_path))]).stdout)
    assert documents == sorted(documents, key=lambda document: document[1])


@click.command(cls=Command)
@click.argument("path")
@corpus_options
@format_of_test
def corpus_in_other_format(path, reading, test_format):
    """Print the documents of a corpus to test on that has a format of its own."""
    click.echo(json.dumps(list(corpus_to_test_on(path, reading, test_format))))


def test_corpus_to_test_on_may_have_a_format_of_its_own(tmp_path):
    path = written(tmp_path, '{"text": "a", "label": "p"}\nspam\n', "x.csv")
    arguments = ["--test-format", "jsonl", "--delimiter", ";", "--text-column", "x", "--format", "csv"]
    arguments += ["--labels", "p=good", "--skip-bad-rows", "1", "--encoding", "latin-1"]
    done = CliRunner().invoke(corpus_in_other_format, [str(path), *arguments])
    assert json.loads(done.stdout) == [["a", "good"]]


@pytest.mark.parametrize(("arguments", "texts"), [([], ["train", "test"]), (["--part", "train"], ["test"])])
def test_corpus_to_test_on_is_the_other_half(tmp_path, arguments, texts):
    for part in ("train", "test"):
        written(tmp_path, part, f"aclImdb/{part}/pos/1_9.txt")
    documents = json.loads(CliRunner().invoke(other_corpus, [str(tmp_path / "aclImdb"), *arguments]).stdout)
    assert sorted(documents, reverse=True) == [[text, 1] for text in texts]


BAD = "text,label\ngood,1\n" + "bad\n" * 7 + "fine,0\n"


@pytest.mark.parametrize("shuffle", ["--shuffle", "--no-shuffle"])
def test_skipped_rows_are_counted_and_reported(tmp_path, shuffle):
    path = written(tmp_path, BAD)
    lines = run(path, "--skip-bad-rows", "7", shuffle).stderr.splitlines()
    assert lines[1] == "Skipped 7 bad rows:"
    assert lines[2].startswith(f"  {path}, line 3: expected 2 fields, got 1.")
    assert lines[7:] == ["  …"]
    assert "line 9: expected 2 fields, got 1" in run(path, "--skip-bad-rows", "6", shuffle).stderr


def test_one_skipped_row_is_reported(tmp_path):
    path = written(tmp_path, "text,label\ngood,1\nbad\n")
    assert "Skipped 1 bad row:\n" in run(path, "--skip-bad-rows", "1").stderr


def test_model_is_evaluated_on_corpora_with_different_labels(tmp_path):
    awful, great = "An awful waste of time.", "A wonderful, great film."
    rows = [SENTIMENT140.replace("so, so", awful), SENTIMENT140.replace("so, so", great).replace('"0"', '"4"'), "x\n"]
    written(tmp_path, awful, "aclImdb/test/neg/1_1.txt")
    written(tmp_path, great, "aclImdb/test/pos/1_9.txt")
    written(tmp_path, f'text,label\n{awful},negative\n"{great}",positive\n', "named.csv")
    for arguments in (
        [written(tmp_path, "".join(rows)), "--skip-bad-rows", "1"],
        [tmp_path / "aclImdb"],
        [tmp_path / "named.csv"],
    ):
        done = CliRunner().invoke(evaluate, [*map(str, arguments), "--model", str(BUNDLED), "--json"])
        found = json.loads(done.stdout)
        assert (found["n_documents"], found["accuracy"]) == (2, 1.0)
        assert ("Skipped 1 bad row:" in done.stderr) == (len(arguments) == 3)


def many(tmp_path, n=500):
    return written(tmp_path, "text,label\n" + "".join(f'"text, {i}",{i % 3}\n' for i in range(n)))


def folders(tmp_path, n=20):
    for label in ("ham", "spam"):
        for i in range(n):
            written(tmp_path, f"{label} {i}", f"corpus/{label}/{i:02}.txt")
    return tmp_path / "corpus"


def test_copying_slow_standard_input_is_told(monkeypatch):
    monkeypatch.setattr("movieclassifier.system.progress.SECONDS_BETWEEN_LINES", 0)
    monkeypatch.setattr("movieclassifier.system.progress.Progress.__enter__", lambda progress: progress)  # no thread
    script = [*read.params, click.Option(["--progress/--no-progress", "show"], default=None)]
    told = click.Command("read", params=script, callback=lambda show, **given: read.callback(**given))
    assert "Copying standard input: 0.0 MB" in CliRunner().invoke(told, ["-"], input=BOOK).stderr
    assert "Copying" not in CliRunner().invoke(told, ["-", "--no-progress"], input=BOOK).stderr


def test_an_empty_folder_is_not_said_to_be_sorted(tmp_path):
    (tmp_path / "empty").mkdir()
    done = run(tmp_path / "empty")
    assert done.exit_code == 2
    assert "there are no folders with files in it" in done.stderr
    assert "sorted by label" not in done.stderr
