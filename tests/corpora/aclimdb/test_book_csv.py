"""write_csv: the book's bytes, whatever the reviews hold, and nothing of the caller's touched."""

import csv
import hashlib
import io
import resource
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.corpora.aclimdb.book_csv import BOOK_SHA256, TRAIN_HALF, quoted, write_csv
from tests.support.archives import SMALL
from tests.support.tracing import peak_below

TEXTS = [
    "plain",
    'with "quotes"',
    "with, comma",
    "line\nbreak",
    "carriage\rreturn",
    "café 😀",
    "",
    '"',
    "'",
    " spaced ",
    "tab\t",
    "<br />",
]


@pytest.fixture
def corpus_dir(tmp_path):
    texts = iter(TEXTS)
    for folder, n in SMALL.items():
        (tmp_path / folder).mkdir(parents=True)
        for i in range(n):
            (tmp_path / folder / f"{i}_{i}.txt").write_bytes(next(texts).encode())
    return tmp_path


def book_rows(corpus_dir, seed):
    """Do as the book does, but for pandas."""
    rows = []
    for half in ("test", "train"):
        for folder in ("pos", "neg"):
            for path in sorted((corpus_dir / half / folder).iterdir(), key=lambda path: path.name):
                rows.append([path.read_bytes().decode(), "1" if folder == "pos" else "0"])
    np.random.seed(seed)
    return [rows[i] for i in np.random.permutation(len(rows))]


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1])
def test_rows_are_the_books_in_its_order(corpus_dir, seed):
    out = corpus_dir / "out.csv"
    written = write_csv(corpus_dir, out, seed=seed, n_reviews=SMALL)
    with open(out, encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [["review", "sentiment"], *book_rows(corpus_dir, seed)]
    content = out.read_bytes()
    assert (written.n_rows, written.n_bytes) == (12, len(content))
    assert written.sha256 == hashlib.sha256(content).hexdigest()


def test_global_random_state_is_left_alone(corpus_dir):
    np.random.seed(5)
    expected = np.random.random()
    np.random.seed(5)
    write_csv(corpus_dir, corpus_dir / "out.csv", n_reviews=SMALL)
    assert np.random.random() == expected


def test_names_are_sorted_as_strings(tmp_path):
    for name in ("2_1", "10_1", "1_1"):
        (tmp_path / "test/pos").mkdir(parents=True, exist_ok=True)
        (tmp_path / "test/pos" / f"{name}.txt").write_text(name)
    write_csv(tmp_path, tmp_path / "out.csv", {"test/pos": 1}, n_reviews={"test/pos": 3})
    order = np.random.RandomState(0).permutation(3)
    expected = [["10_1", "1_1", "2_1"][i] for i in order]
    assert [line.split(",")[0] for line in (tmp_path / "out.csv").read_text().splitlines()[1:]] == expected


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_quoting_reads_back_and_is_that_of_the_csv_module(text):
    line = quoted(text.encode()) + b",1\n"
    assert list(csv.reader(io.StringIO(line.decode(), newline=""))) == [[text, "1"]]
    if "\r" not in text:  # which some versions of the module leave bare
        expected = io.StringIO()
        csv.writer(expected, lineterminator="\n").writerow([text, 1])
        assert line == expected.getvalue().encode()


def test_incomplete_corpus_says_what_is_missing_and_keeps_the_old_file(corpus_dir):
    (corpus_dir / "test/pos/1_1.txt").unlink()
    (corpus_dir / "out.csv").write_text("old")
    with pytest.raises(ValueError, match=r"the reviews of test/pos are not all there; run download_data.py"):
        write_csv(corpus_dir, corpus_dir / "out.csv", n_reviews=SMALL)
    assert (corpus_dir / "out.csv").read_text() == "old"
    write_csv(corpus_dir, corpus_dir / "out.csv", TRAIN_HALF, n_reviews=SMALL)


def test_missing_corpus_says_what_to_run(tmp_path):
    with pytest.raises(
        ValueError, match=r"test/pos, test/neg, train/pos, train/neg are not all there; run download_data.py"
    ):
        write_csv(tmp_path / "aclImdb", tmp_path / "out.csv")


def test_review_that_is_not_utf8_is_named_and_no_file_left(corpus_dir):
    (corpus_dir / "train/neg/1_1.txt").write_bytes(b"caf\xe9 noir")
    with pytest.raises(ValueError, match=r"train/neg/1_1.txt: expected UTF-8, found b'\\xe9'"):
        write_csv(corpus_dir, corpus_dir / "out.csv", n_reviews=SMALL)
    assert not list(corpus_dir.glob("*out*"))


def test_full_disk_names_the_file_and_keeps_the_old_one(corpus_dir):
    (corpus_dir / "train/neg/1_1.txt").write_bytes(b"x" * 200_000)
    (corpus_dir / "out.csv").write_text("old")
    code = """
import sys
from pathlib import Path
from movieclassifier.corpora.aclimdb.book_csv import write_csv
try:
    write_csv(Path(sys.argv[1]), Path(sys.argv[1], "out.csv"), n_reviews=dict.fromkeys(sys.argv[2:], 3))
except OSError as error:
    print(error)
"""
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))  # noqa: E731
    done = subprocess.run(
        [sys.executable, "-c", code, corpus_dir, *SMALL], preexec_fn=limit, capture_output=True, text=True
    )
    assert done.stdout == f"[Errno 27] File too large: '{corpus_dir / 'out.csv'}'\n"
    assert (corpus_dir / "out.csv").read_text() == "old"
    assert len(list(corpus_dir.iterdir())) == 3


def test_progress_counts_reviews(corpus_dir, capsys):
    write_csv(corpus_dir, corpus_dir / "out.csv", n_reviews=SMALL, show=True)
    assert "out.csv: 12 of 12 reviews (100%), " in capsys.readouterr().err


def test_real_corpus_gives_the_books_bytes(movie_data_csv):
    content = movie_data_csv.read_bytes()
    assert len(content) == 65_862_309
    assert hashlib.sha256(content).hexdigest() == BOOK_SHA256
    assert content.startswith(b'review,sentiment\n"In 1974, the teenager Martha Moxley')


def test_memory_holds_names_and_no_reviews(aclimdb_dir, tmp_path):
    with peak_below(5_000_000):
        assert write_csv(aclimdb_dir, tmp_path / "test.csv", {"test/neg": 0}).n_rows == 12_500
