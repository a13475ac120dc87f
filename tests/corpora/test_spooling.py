"""Temporary copies of streams are where TMPDIR says, and gone when the command ends, however it is ended."""

import os
import resource
import signal
import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner

from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.shuffled import shuffle_corpus
from movieclassifier.corpora.spooling import temporary_path
from tests.support.patience import PATIENCE
from train_online import main

SAMPLE = Path(str(files("movieclassifier").joinpath("bundled/sample_reviews.csv")))
FAST = ["--n-features", "2**14", "--no-progress"]


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("how", ["standard input", "shuffled"])
def test_stopped_command_leaves_no_temporary_file(number, status, how, tmp_path):
    for name in ("temporary", "model"):
        (tmp_path / name).mkdir()
    # The rest of standard input never comes.
    arguments = ["-"] if how == "standard input" else [str(SAMPLE), "-", "--format", "csv", "--shuffle"]
    command = [sys.executable, "train_online.py", *arguments, *FAST, "--model", str(tmp_path / "model")]
    environ = os.environ | {"TMPDIR": str(tmp_path / "temporary")}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=environ, **pipes) as run:
        run.stdin.write(SAMPLE.read_bytes())
        run.stdin.flush()
        while not any(path.is_file() for path in (tmp_path / "temporary").rglob("*")):
            assert run.poll() is None, run.stderr.read()
            time.sleep(0.01)
        time.sleep(0.2)  # until it waits for more: Python may miss a signal just before it begins to wait
        run.send_signal(number)
        assert run.wait(PATIENCE) == status
        assert run.stderr.read().endswith(b"Stopped.\n")
    assert not list((tmp_path / "temporary").iterdir())
    assert not list((tmp_path / "model").iterdir())


@pytest.mark.parametrize("arguments", [["-"], [str(SAMPLE), "--shuffle"]], ids=["standard input", "shuffled"])
def test_full_disk_names_the_temporary_file_and_the_way_out(arguments, tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, hard))
    try:
        result = CliRunner().invoke(main, [*arguments, "--model", str(tmp_path / "model")], SAMPLE.read_bytes())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert result.exit_code == 2
    line = result.stderr.splitlines()[-1]
    assert line.startswith(f"Error: {temporary_path('x').parent.parent}")
    assert line.endswith(": File too large (a temporary file); set TMPDIR to a folder with more room")
    assert not (tmp_path / "model").exists()


def test_fault_while_copying_is_said_as_it_is(tmp_path):
    (tmp_path / "bad.csv").write_text("review,sentiment\ngood,1\nbad\n")
    with pytest.raises(ValueError, match=r"bad.csv, line 3: expected 2 fields"):
        shuffle_corpus(open_corpus(tmp_path / "bad.csv"))


@pytest.mark.slow
@pytest.mark.parametrize("letter", ["и", "\x01", '"'], ids=["two bytes", "escaped", "quote"])
def test_long_document_that_is_read_can_be_shuffled(letter, tmp_path):
    text = letter * 9_000_000
    for label in ("neg", "pos"):
        (tmp_path / "corpus" / label).mkdir(parents=True)
        (tmp_path / "corpus" / label / "1.txt").write_text(text, encoding="utf-8")
    corpus = open_corpus(tmp_path / "corpus")
    assert {label for found, label in shuffle_corpus(corpus) if found == text} == {"neg", "pos"}


def test_letters_are_copied_as_they_are(tmp_path):
    (tmp_path / "corpus.csv").write_text("review,sentiment\nхорошо 😀,1\n", encoding="utf-8")
    copy = shuffle_corpus(open_corpus(tmp_path / "corpus.csv")).copy.path
    assert copy.read_text(encoding="utf-8") == '{"text": "хорошо 😀", "label": "1"}\n'


@pytest.fixture
def store():
    """Return an object store in memory."""
    fsspec = pytest.importorskip("fsspec")
    files = fsspec.filesystem("memory")
    yield files
    files.rm("/bucket", recursive=True)


def test_files_in_a_store_are_read(store):
    for i in (2, 1):
        store.pipe(f"/bucket/part-{i}.csv", f"text,label\n{i},{i % 2}\n".encode())
    corpus = open_corpus("memory://bucket/part-*.csv")
    assert corpus.names == ("part-1.csv", "part-2.csv")
    assert list(corpus) == list(corpus) == [("1", "1"), ("2", "0")]
    assert list(open_corpus("memory://bucket/part-2.csv")) == [("2", "0")]


@pytest.mark.parametrize("name", ["none.csv", "none-*.csv"])
def test_file_that_is_not_in_the_store_is_named(store, name):
    store.pipe("/bucket/part.csv", b"text,label\na,1\n")
    with pytest.raises(FileNotFoundError, match="none"):
        open_corpus(f"memory://bucket/{name}")


def test_store_of_an_unknown_kind_is_named():
    pytest.importorskip("fsspec")
    with pytest.raises(ValueError, match=r"nowhere://bucket/x\.csv: .*nowhere"):
        open_corpus("nowhere://bucket/x.csv")


def test_store_without_its_package_is_answered_with_what_to_install(monkeypatch):
    monkeypatch.setattr("movieclassifier.system.packages.find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"fsspec must be installed: pip install 'movieclassifier\[dask\]'"):
        open_corpus("s3://bucket/x.csv")
