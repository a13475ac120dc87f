"""``movieclassifier shuffle``: the rows of a file in random order, and mistakes in one line."""

import gzip
import os
import re

import pytest
from click.testing import CliRunner

from movieclassifier.commands.shuffle import main
from movieclassifier.corpora.shuffling import shuffle_rows


def written(tmp_path, n=2000):
    path = tmp_path / "in.csv"
    path.write_text("review,sentiment\n" + "".join(f'"text\n{i}",{i % 2}\n' for i in range(n)))
    return path


def test_command_shuffles(tmp_path):
    path = written(tmp_path)
    done = CliRunner().invoke(main, [str(path), str(tmp_path / "out.csv"), "--seed", "3", "--memory", "1MB"])
    assert done.output == f"{tmp_path / 'out.csv'}: 2,000 rows in the order of seed 3\n"
    shuffle_rows(path, path, 3)
    assert path.read_bytes() == (tmp_path / "out.csv").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "n_rows"),
    [
        (["--no-header", "--no-quotes"], 3),
        (["--no-quotes"], 2),
        (["--delimiter", "\\t", "--no-header"], 2),
        (["--delimiter", ";", "--no-header"], 2),
    ],
)
def test_command_takes_other_rows(tmp_path, arguments, n_rows):
    (tmp_path / "in").write_text('1\t"a\nb"\n2\tc\n')
    if ";" in arguments:
        (tmp_path / "in").write_text('1;"a\nb"\n2;c\n')
    done = CliRunner().invoke(main, [str(tmp_path / "in"), str(tmp_path / "out"), *arguments])
    assert f": {n_rows} rows" in done.output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--memory", "much"], "'much' is not a size; write it like 200MB or 2GB."),
        (["--memory", "200"], "'200' is too little; it takes 1MB at least."),
        (["--delimiter", "ab"], "the delimiter must be one character"),
        (["--seed", "-1"], "-1 is not in the range 0<=x<=4294967295"),
    ],
)
def test_command_refuses_in_one_line(tmp_path, arguments, message):
    done = CliRunner().invoke(main, [str(written(tmp_path)), str(tmp_path / "out"), *arguments])
    assert done.exit_code == 2
    assert message in done.stderr.splitlines()[-1]
    assert os.listdir(tmp_path) == ["in.csv"]


@pytest.mark.parametrize(
    ("pack", "found"),
    [(bytes, r": 0\.2 of 0\.2 MB \(100%\), "), (gzip.compress, r": 0\.2 MB, ")],
    ids=["plain", "compressed"],
)
def test_progress_without_a_known_end_is_not_a_share(tmp_path, pack, found):
    (tmp_path / "in").write_bytes(pack(b"review,sentiment\n" + b"some words,1\n" * 14_000))
    done = CliRunner().invoke(main, [str(tmp_path / "in"), str(tmp_path / "out"), "--progress"])
    assert re.search(found, done.stderr), done.stderr


@pytest.mark.parametrize(("size", "n_bytes"), [("1.5 GB", 1_500_000_000), ("64MiB", 2**26), ("2000000", 2_000_000)])
def test_sizes_are_read(size, n_bytes):
    memory = next(option for option in main.params if option.name == "memory")
    assert memory.type.convert(size, None, None) == n_bytes


def test_command_writes_shards(tmp_path):
    out = tmp_path / "part-{}.csv.zst"
    done = CliRunner().invoke(main, [str(written(tmp_path)), str(out), "--shards", "3"])
    assert done.output == f"{out}: 2,000 rows in the order of seed 0 in 3 files\n"
    assert sorted(path.name for path in tmp_path.glob("part*")) == [f"part-{i}.csv.zst" for i in range(3)]
