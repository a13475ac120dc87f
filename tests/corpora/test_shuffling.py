"""The shuffle: a permutation, every one equally likely, every byte kept, and nothing left behind."""

import csv
import errno
import io
import os
import resource
import signal
import subprocess
import sys
import time
from collections import Counter

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from movieclassifier.commands.shuffle import main
from movieclassifier.corpora.readers.compression import ZSTD
from movieclassifier.corpora.readers.records import RecordFormat
from movieclassifier.corpora.readers.streams import open_bytes
from movieclassifier.corpora.readers.tables import iter_csv
from movieclassifier.corpora.shuffling import iter_shuffled, shuffle_rows

TINY = 1  # of memory: every row makes a block, and every block goes through temporary files
LINES = RecordFormat(quoted=False, header=False)


def order(n, seed, memory, folder):
    records = [f"{i}\n" for i in range(n)]
    return [int(bytes(record)) for record in iter_shuffled(records, seed, memory, folder)]


@settings(max_examples=50)
@given(st.integers(0, 60), st.integers(0, 2**64), st.sampled_from([TINY, 3000, 10**9]))
def test_shuffle_is_a_permutation(tmp_path_factory, n, seed, memory):
    assert sorted(order(n, seed, memory, tmp_path_factory.getbasetemp())) == list(range(n))


def test_order_depends_on_the_seed_alone(tmp_path):
    orders = {tuple(order(2000, 7, memory, tmp_path)) for memory in (10_000, 100_000, 10**9)}
    assert len(orders) == 1
    assert tuple(order(2000, 8, 10**9, tmp_path)) not in orders


@pytest.mark.parametrize(("memory", "n_seeds"), [(TINY, 500), (10**9, 2000)])
def test_every_position_is_equally_likely(tmp_path, memory, n_seeds):
    n = 5
    found = np.zeros((n, n))
    for seed in range(n_seeds):
        found[order(n, seed, memory, tmp_path), range(n)] += 1
    # Rows and columns each sum to n_seeds, which leaves (n - 1) ** 2 degrees of freedom.
    statistic = ((found - n_seeds / n) ** 2 / (n_seeds / n)).sum()
    assert 0.001 < chi2.sf(statistic, (n - 1) ** 2) < 0.999


def test_every_permutation_is_equally_likely(tmp_path):
    n_seeds = 2400
    found = Counter(tuple(order(4, seed, 10**9, tmp_path)) for seed in range(n_seeds))
    assert len(found) == 24
    statistic = sum((count - n_seeds / 24) ** 2 / (n_seeds / 24) for count in found.values())
    assert 0.001 < chi2.sf(statistic, 23) < 0.999


# A lone "\r" is left out: csv.writer does not quote it where rows end with "\n".
FIELD = st.lists(st.sampled_from(['"', ",", "\n", "\r\n", " ", "é", "5"]), max_size=8).map("".join)


@given(st.lists(st.tuples(FIELD, FIELD), min_size=1), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_rows_of_csv_reader_are_kept(tmp_path_factory, rows, ending, bom):
    folder = tmp_path_factory.mktemp("rows")
    content = io.StringIO(newline="")
    csv.writer(content, lineterminator=ending).writerows([("review", "sentiment"), *rows])
    encoded = content.getvalue().encode("utf-8-sig" if bom else "utf-8")
    (folder / "in.csv").write_bytes(encoded[: -len(ending)])  # the last row has no line break
    assert shuffle_rows(folder / "in.csv", folder / "out.csv", 3, memory=TINY) == len(rows)
    shuffled = (folder / "out.csv").read_bytes()
    assert sorted(shuffled) == sorted(encoded)
    text = shuffled.decode("utf-8-sig" if bom else "utf-8")
    header, *found = csv.reader(io.StringIO(text, newline=""))
    assert header == ["review", "sentiment"]
    assert Counter(map(tuple, found)) == Counter(rows)


@pytest.mark.parametrize(
    ("content", "rows", "expected"),
    [
        ('r,s\n"5"" disk",1\nb "quoted" c,0\n5" disk,1\n', None, ['"5"" disk",1', 'b "quoted" c,0', '5" disk,1']),
        ("\ufeffb,0\na,1\n", RecordFormat(header=False), ["b,0", "a,1"]),
        ('say "no,0\nsay "no,1\n"\n', LINES, ['say "no,0', 'say "no,1', '"']),
        ("r,s\n\nb,0\n\n\na,1\n\n", None, ["b,0", "a,1"]),
        ("r,s\nb,0\ncaf\u00e9,1\n", None, ["b,0", "café,1"]),
        ("r,s\n", None, []),
    ],
    ids=["quotes", "BOM without header", "lines", "blank lines", "accents", "header only"],
)
def test_rows_are_kept_byte_for_byte(tmp_path, content, rows, expected):
    (tmp_path / "in.csv").write_text(content, encoding="utf-8", newline="")
    n_rows = shuffle_rows(tmp_path / "in.csv", tmp_path / "out.csv", 0, rows=rows)
    head = content[: len(content) - len(content.lstrip("\ufeff"))] + ("r,s\n" if "r,s" in content else "")
    shuffled = (tmp_path / "out.csv").read_bytes().decode()
    assert shuffled.startswith(head)
    assert sorted(shuffled.removeprefix(head).splitlines()) == sorted(expected)
    assert n_rows == len(expected)


def test_line_of_json_is_a_row(tmp_path):
    (tmp_path / "in.jsonl").write_bytes(b'{"a": "\\""}\n{"b": "\r"}\n{"c": 1}')
    assert shuffle_rows(tmp_path / "in.jsonl", tmp_path / "out") == 3
    assert sorted((tmp_path / "out").read_bytes().split(b"\n")) == [b"", b'{"a": "\\""}', b'{"b": "\r"}', b'{"c": 1}']


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("end", ["", "\r", "\r\n"])
def test_last_line_that_is_cut_in_its_line_break_stays_a_row_of_its_own(tmp_path, end, seed):
    lines = [f'{{"text": "{letter}"}}' for letter in "abc"]
    (tmp_path / "in.jsonl").write_bytes(("\r\n".join(lines) + end).encode())
    assert shuffle_rows(tmp_path / "in.jsonl", tmp_path / "out", seed) == 3
    *found, rest = (tmp_path / "out").read_bytes().decode().split("\r\n")
    assert (sorted(found), rest) == (lines, "")


def test_carriage_return_at_the_end_of_a_last_line_is_kept(tmp_path):
    (tmp_path / "in.jsonl").write_bytes(b"1\n2\r")
    shuffle_rows(tmp_path / "in.jsonl", tmp_path / "out")
    assert sorted((tmp_path / "out").read_bytes().splitlines(keepends=True)) == [b"1\n", b"2\r\n"]


def written(tmp_path, n=2000):
    path = tmp_path / "in.csv"
    path.write_text("review,sentiment\n" + "".join(f'"text\n{i}",{i % 2}\n' for i in range(n)))
    return path


def test_file_may_be_shuffled_into_itself(tmp_path):
    path = written(tmp_path)
    shuffle_rows(path, tmp_path / "out.csv", 5, memory=20_000)
    shuffle_rows(path, path, 5, memory=30_000)
    assert path.read_bytes() == (tmp_path / "out.csv").read_bytes()
    assert sorted(os.listdir(tmp_path)) == ["in.csv", "out.csv"]


@pytest.mark.parametrize("ending", [".gz", ".bz2", ".xz", ".zst", ".GZ"])
def test_file_is_compressed_as_its_name_says(ending, tmp_path):
    plain, out = written(tmp_path), tmp_path / f"out.csv{ending}"
    for path in (out, tmp_path / "out.csv"):
        shuffle_rows(plain, path, seed=3)
    first = out.read_bytes()
    assert first != (tmp_path / "out.csv").read_bytes()
    with open_bytes(out) as file:
        assert file.read() == (tmp_path / "out.csv").read_bytes()
    shuffle_rows(plain, out, seed=3)
    assert out.read_bytes() == first
    out.write_bytes(first[:-1] + bytes([first[-1] ^ 1]))  # of the checksum
    with pytest.raises(ValueError, match="is damaged or cut off"), open_bytes(out) as file:
        file.read()


@pytest.mark.parametrize("name", ["out.zip", "out.csv.ZIP", "out.tar"])
def test_name_of_an_archive_is_refused_before_any_work(name, tmp_path):
    with pytest.raises(ValueError, match=r"can be written; name it \.gz, \.bz2, \.xz or \.zst"):
        shuffle_rows(written(tmp_path), tmp_path / name)
    assert not (tmp_path / name).exists()


def test_zstd_without_its_package_is_refused_before_any_work(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, ZSTD, None)
    with pytest.raises(ValueError, match=r"csv\.zst: writing zstd needs .+: .+\. Or name it \.gz\."):
        shuffle_rows(written(tmp_path), tmp_path / "out.csv.zst")


def test_folder_is_refused_without_naming_foreign_options(tmp_path):
    done = CliRunner().invoke(main, [str(tmp_path), str(tmp_path / "x.csv")])
    assert done.exit_code == 2
    assert "this is a folder, but shuffle takes a file of rows" in done.stderr
    assert "--format" not in done.stderr


def test_huge_rows_among_small_ones_are_kept(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text("r,s\n" + "".join(f"{'x' * (100_000 if i % 50 == 0 else 1)}{i},0\n" for i in range(200)))
    shuffle_rows(path, tmp_path / "out.csv", memory=50_000)
    assert sorted((tmp_path / "out.csv").read_text().split("\n")) == sorted(path.read_text().split("\n"))


def test_progress_counts_the_bytes(tmp_path):
    path, seen = written(tmp_path), []
    shuffle_rows(path, tmp_path / "out.csv", progress=seen.append)
    assert sum(seen) == path.stat().st_size - len("review,sentiment\n")


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        (b"", {}, r"in\.csv: the file is empty"),
        (b'r,s\n"open,1\n', {}, r"in\.csv, line 2: a quote is opened in this row and never closed"),
        (b'r,s\n"a"b,1\n', {}, r"line 2: text after a closing quote"),
        ("r,s\na,1\n".encode("utf-16"), {}, r"this is UTF-16; convert it first: iconv"),
        (b"r,s\na,1\n", {"seed": -1}, "seed must be at least 0, got -1"),
        (b"r,s\na,1\n", {"memory": 0}, "memory must be at least 1, got 0"),
    ],
)
def test_fault_keeps_the_earlier_file(tmp_path, content, options, message):
    (tmp_path / "in.csv").write_bytes(content)
    (tmp_path / "out.csv").write_bytes(b"earlier")
    with pytest.raises(ValueError, match=message):
        shuffle_rows(tmp_path / "in.csv", tmp_path / "out.csv", **{"memory": TINY} | options)
    assert (tmp_path / "out.csv").read_bytes() == b"earlier"
    assert sorted(os.listdir(tmp_path)) == ["in.csv", "out.csv"]


def test_missing_file_and_folder_are_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no such file"):
        shuffle_rows(tmp_path / "in.csv", tmp_path / "out.csv")
    with pytest.raises(IsADirectoryError, match="this is a folder"):
        shuffle_rows(tmp_path, tmp_path / "out.csv")
    with pytest.raises(FileNotFoundError, match="folder of this file does not exist"):
        shuffle_rows(written(tmp_path), tmp_path / "no" / "out.csv")


@pytest.mark.parametrize("memory", [3_000, 10**9], ids=["in a bucket", "in the result"])
def test_no_room_leaves_nothing_behind(tmp_path, memory):
    path = written(tmp_path, 20_000)
    code = """
import sys
from movieclassifier.corpora.shuffling import shuffle_rows
try:
    shuffle_rows(sys.argv[1], sys.argv[2], memory=int(sys.argv[3]))
except OSError as error:
    print(error.errno, error.filename)
"""
    size = 4_000 if memory == 3_000 else 100_000
    done = subprocess.run(
        [sys.executable, "-c", code, path, tmp_path / "out.csv", str(memory)],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"{errno.EFBIG} {tmp_path / 'out.csv'}\n"
    assert os.listdir(tmp_path) == ["in.csv"]


def test_interrupt_leaves_nothing_behind(tmp_path):
    path = written(tmp_path, 300_000)
    before = path.stat().st_mtime_ns, path.read_bytes()
    command = [sys.executable, "-c", "from movieclassifier.cli import main; main()", "shuffle", path, path]
    shuffling = subprocess.Popen([*command, "--memory", "1MB"], stderr=subprocess.PIPE)
    while not list(tmp_path.glob(".shuffle-*/*")):
        assert shuffling.poll() is None
        time.sleep(0.01)
    shuffling.send_signal(signal.SIGINT)
    assert b"Stopped." in shuffling.communicate()[1]
    assert shuffling.returncode == 130
    assert os.listdir(tmp_path) == ["in.csv"]
    assert (path.stat().st_mtime_ns, path.read_bytes()) == before


def test_few_files_are_open_at_a_time(tmp_path):
    path = written(tmp_path)
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    n_open = len(os.listdir("/proc/self/fd"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (n_open + 5, limit[1]))
    try:
        assert shuffle_rows(path, tmp_path / "out.csv", memory=2000) == 2000
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limit)


@pytest.mark.parametrize("ending", ["", ".gz", ".zst"])
@pytest.mark.parametrize("n_shards", [1, 3, 11])
def test_shards_hold_all_rows_dealt_out_in_turn(tmp_path, ending, n_shards):
    path = written(tmp_path)
    shuffle_rows(path, tmp_path / "all.csv", seed=5)
    expected = list(iter_csv(tmp_path / "all.csv", header=True))
    assert shuffle_rows(path, tmp_path / f"part-{{}}.csv{ending}", seed=5, n_shards=n_shards) == len(expected)
    parts = sorted(tmp_path.glob("part-*"))
    assert len(parts) == n_shards
    assert [list(iter_csv(part)) for part in parts] == [expected[i::n_shards] for i in range(n_shards)]


@pytest.mark.parametrize(
    ("name", "n_shards", "message"),
    [
        ("x.csv", 2, "the name needs {} where their numbers go"),
        ("x-{}.csv", 0, "from 1 to 512; got 0"),
        ("x-{}.csv", 513, "got 513"),
        ("x-{}.csv", None, "pass n_shards to say how many there are"),
    ],
)
def test_shards_without_names_or_number_are_refused(tmp_path, name, n_shards, message):
    with pytest.raises(ValueError, match=message):
        shuffle_rows(written(tmp_path), tmp_path / name, n_shards=n_shards)
    assert os.listdir(tmp_path) == ["in.csv"]
