"""build_csv.py as people run it."""

import hashlib
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from build_csv import main
from movieclassifier.corpora.aclimdb.book_csv import BOOK_SHA256

SCRIPT = Path(__file__).parents[2] / "build_csv.py"


@pytest.fixture
def data_dir(aclimdb_dir, tmp_path):
    """A folder of its own for the CSV files, with the real corpus in it."""
    (tmp_path / "aclImdb").symlink_to(aclimdb_dir)
    return tmp_path


def run(data_dir, *args):
    return CliRunner().invoke(main, ["--data-dir", str(data_dir), *args])


def test_seed_0_is_the_books_file(data_dir):
    path = data_dir / "movie_data.csv"
    result = run(data_dir, "--no-progress")  # a slow machine shows its progress
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        f"{path}: 50,000 reviews, 65,862,309 bytes, sha256 {BOOK_SHA256} (the book's, byte for byte)\n"
    )
    assert hashlib.sha256(path.read_bytes()).hexdigest() == BOOK_SHA256


def test_a_different_seed_has_the_same_rows_in_a_different_order(data_dir, movie_data_csv):
    assert "byte for byte" not in run(data_dir, "--seed", "1").stdout
    other, book = (data_dir / "movie_data.csv").read_bytes(), movie_data_csv.read_bytes()
    assert other != book
    assert sorted(other.splitlines()) == sorted(book.splitlines())


def test_split_writes_the_official_halves_and_nothing_else(data_dir, movie_data_csv):
    result = run(data_dir, "--split")
    train, test = data_dir / "movie_train.csv", data_dir / "movie_test.csv"
    assert [line.partition(" bytes")[0] for line in result.stdout.splitlines()] == [
        f"{train}: 25,000 reviews, {train.stat().st_size:,}",
        f"{test}: 25,000 reviews, {test.stat().st_size:,}",
    ]
    header, *rows = movie_data_csv.read_bytes().splitlines()
    halves = [path.read_bytes().splitlines() for path in (train, test)]
    assert [half[0] for half in halves] == [header, header]
    assert sorted(halves[0][1:] + halves[1][1:]) == sorted(rows)
    assert sorted(path.name for path in data_dir.iterdir()) == ["aclImdb", "movie_test.csv", "movie_train.csv"]


def test_corpus_that_is_not_there_says_what_to_run(tmp_path):
    result = run(tmp_path)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        f"Error: {tmp_path / 'aclImdb'}: the reviews of test/pos, test/neg, train/pos, train/neg are not all there;"
        " run download_data.py\n"
    )


def test_disk_full_is_told_and_keeps_the_old_file(data_dir):
    (data_dir / "movie_data.csv").write_text("old")
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))  # noqa: E731
    command = [sys.executable, SCRIPT, "--data-dir", data_dir]
    done = subprocess.run(command, preexec_fn=limit, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (2, f"Error: {data_dir / 'movie_data.csv'}: File too large\n")
    assert (data_dir / "movie_data.csv").read_text() == "old"
    assert sorted(path.name for path in data_dir.iterdir()) == ["aclImdb", "movie_data.csv"]


@pytest.mark.parametrize("seed", ["-1", "4294967296", "x"])
def test_seed_out_of_range_is_refused(tmp_path, seed):
    assert run(tmp_path, "--seed", seed).exit_code == 2


def test_defaults_are_in_the_help():
    text = " ".join(CliRunner().invoke(main, ["--help"]).stdout.split())
    assert "[default: data]" in text
    assert "[default: 0]" in text
