"""The parts of the benchmark that can be wrong without anybody seeing it: arithmetic, conversion, the page."""

import ast
import csv
import json
import math
import re
import subprocess
import sys
from dataclasses import replace
from importlib.metadata import packages_distributions
from importlib.resources import files
from itertools import chain
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from movieclassifier.corpora.readers.compression import ZSTD

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.txt"
SAMPLE = files("movieclassifier").joinpath("bundled/sample_reviews.csv")


@pytest.fixture(autouse=True)
def _benchmarks_are_importable(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")


def imported_at_the_start(path):
    """Return the names of the modules that a program imports before it does anything."""
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


@pytest.mark.parametrize("path", sorted((ROOT / "benchmarks").glob("*.py")), ids=lambda path: path.stem)
def test_program_starts_in_the_environment_that_make_builds(path):
    pinned = {canonicalize_name(name) for name in re.findall(r"^([\w.-]+)==", LOCK.read_text("utf-8"), re.MULTILINE)}
    here = {module.stem for module in path.parent.glob("*.py")} | {"movieclassifier"} | sys.stdlib_module_names
    providers = packages_distributions()
    for module in {name.partition(".")[0] for name in imported_at_the_start(path)} - here:
        assert {canonicalize_name(name) for name in providers[module]} & pinned, f"{module} is not in {LOCK.name}"


@pytest.mark.parametrize("arguments", [[], ["--help"], ["unknown"]])
def test_steps_of_peers_are_told_where_none_is_named(arguments):
    done = subprocess.run([sys.executable, ROOT / "benchmarks/peers.py", *arguments], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("Vowpal Wabbit and fastText: convert a CSV file")


def test_every_document_is_tested_once_and_never_learned_in_its_fold():
    import few_labels

    folds = list(few_labels.cut(23, 5, 7, seed=1))
    assert sorted(place for *_, tested in folds for place in tested) == list(range(23))
    for labelled, others, tested in folds:
        assert len(labelled) == 7
        assert sorted([*labelled, *others, *tested]) == list(range(23))


def test_student_of_few_labels_stands_beside_recipes_that_know_the_labels_alone(capsys, tmp_path):
    import few_labels

    with SAMPLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[:61]
    with open(tmp_path / "few.csv", "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    few_labels.main([str(tmp_path / "few.csv"), "--folds", "2", "--n-labelled", "20"], standalone_mode=False)
    output = capsys.readouterr().out
    assert output.count("20 labels, 10 texts without") == 2
    for name in ("default", "default, 3 passes", "teacher", "student"):
        assert re.search(rf"^{name} +0\.\d{{4}}", output, re.MULTILINE), name


def test_reader_is_left_out_where_its_package_is_missing(monkeypatch, capsys):
    import reader_memory

    monkeypatch.setitem(sys.modules, ZSTD, None)
    reader_memory.main(["--only", "csv, zstd"], standalone_mode=False)
    output, errors = capsys.readouterr()
    assert errors.startswith("csv, zstd needs ")
    assert errors.endswith(". It is left out.\n")
    assert len(output.splitlines()) == 2  # the head of the table


def test_a_process_is_measured_from_outside():
    # From a small process of its own: Linux counts what the parent holds to the peak of its child.
    script = """
import json, sys
from measuring import run
work = "block = bytearray(200_000_000); sum(range(20_000_000)); print({})"
small, large = (run([sys.executable, "-c", code]) for code in ("pass", work.format("'{\\"accuracy\\": 0.5}'")))
assert (small.answer, large.answer) == ({}, {"accuracy": 0.5})
print(json.dumps({"small": vars(small), "large": vars(large)}))
"""
    found = subprocess.run([sys.executable, "-c", script], cwd=ROOT / "benchmarks", capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    small, large = json.loads(found.stdout).values()
    # The parent may be larger than the small child, by what its interpreter loads at the start.
    assert 100 < large["megabytes"] - small["megabytes"] < 220
    assert 0 < small["cpu"] < large["cpu"]
    assert large["seconds"] > small["cpu"]


def test_an_indented_answer_after_further_lines_is_found():
    from measuring import run

    script = "import json; print('reading'); print(json.dumps({'a': {'b': 1}}, indent=2))"
    assert run([sys.executable, "-c", script]).answer == {"a": {"b": 1}}


def test_a_failing_process_is_not_a_measurement():
    from measuring import run

    with pytest.raises(RuntimeError, match=r"failed with 3:\nno corpus"):
        run([sys.executable, "-c", "import sys; print('no corpus', file=sys.stderr); sys.exit(3)"])


def test_variables_reach_the_process_and_blas_has_one_thread():
    from measuring import run

    script = "import os, json; print(json.dumps([os.environ['OPENBLAS_NUM_THREADS'], os.environ['SOME']]) and '{}')"
    run([sys.executable, "-c", script], {"SOME": "1"})


def test_a_process_that_is_measured_may_write_bytecode(monkeypatch):
    from measuring import run

    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    script = "import json, sys; print(json.dumps({'writes': not sys.dont_write_bytecode}))"
    assert run([sys.executable, "-c", script]).answer == {"writes": True}


def test_steps_add_up_and_memory_does_not():
    from measuring import Cost, Spread, total

    assert total([Cost(1, 2, 30, {"a": 1}), Cost(3, 4, 20, {"b": 2})]) == Cost(4, 6, 30, {"a": 1, "b": 2})
    assert str(Spread.of([3.0, 1.0, 2.04])) == "2.04 (1.00–3.00)"
    assert str(Spread.of([15.26])) == "15.3"


def test_both_rows_of_a_peer_come_from_one_run():
    from bench import cost_of
    from contenders import Row
    from measuring import Cost

    steps = {"convert": Cost(1, 1, 10), "train": Cost(2, 3, 90), "score": Cost(9, 9, 9, {"accuracy": 0.9})}
    assert cost_of(Row("", "", ("convert", "train")), steps) == Cost(3, 4, 90, {"accuracy": 0.9})
    assert cost_of(Row("", "", ("train",)), steps).seconds == 2
    loop = {"loop": Cost(5, 6, 70, {"loop_seconds": 1.5, "loop_cpu": 1.25, "accuracy": 0.8})}
    assert cost_of(Row("", "", ("loop",)), loop).seconds == 1.5


def test_the_table_is_written_between_the_markers_and_nowhere_else(tmp_path):
    from tables import END, START, write_between_markers

    page = tmp_path / "page.md"
    page.write_text(f"before\n{START}\nold\n{END}\nafter\n")
    for table in ("| a |\n", "| b |"):
        write_between_markers(page, table)
        assert page.read_text() == f"before\n{START}\n{table.strip()}\n{END}\nafter\n"


@pytest.mark.parametrize("content", [None, "", "START", "START END START END", "END START"])
def test_a_page_without_markers_is_refused_and_left_alone(tmp_path, content):
    from tables import END, START, write_between_markers

    page = tmp_path / "page.md"
    if content is not None:
        content = content.replace("START", START).replace("END", END)
        page.write_text(content)
    with pytest.raises(ValueError, match=r"page\.md: there must be one line <!-- bench:start --> and after it"):
        write_between_markers(page, "| a |")
    assert content is None or page.read_text() == content


def test_the_page_has_the_markers():
    from tables import check_markers

    check_markers(ROOT / "docs/explanation/benchmarks.md")


def letters(text):
    return [character for character in text.lower() if character.isalnum()]


@pytest.mark.parametrize("kind", ["raw", "tokens", "fasttext"])
def test_conversion_keeps_every_document_its_label_and_its_place(tmp_path, kind):
    from peers import LABELS, convert

    from movieclassifier.corpora.corpus import open_corpus

    convert(kind, str(SAMPLE), str(tmp_path / "out"), "300")
    parts = [(tmp_path / f"out.{part}").read_text().split("\n")[:-1] for part in ("train", "test")]
    assert [len(part) for part in parts] == [300, 100]
    labels = {mark: int(value) for value, mark in LABELS[kind].items()}
    for line, (text, label) in zip(chain(*parts), open_corpus(SAMPLE), strict=True):
        mark = next(mark for mark in labels if line.startswith(mark))
        assert labels[mark] == label
        converted = line[len(mark) :]
        assert not set("|:") & set(converted)
        assert letters(converted) == letters(re.sub("<br />" if kind == "raw" else "<[^>]*>", "", text))


def test_accuracy_and_log_loss_of_log_odds_and_of_probabilities_agree(tmp_path, capsys):
    import numpy as np
    from loops import accuracy_and_log_loss
    from peers import score

    odds, labels = [2.0, -1.0, 0.5, -3.0], [1, 0, 0, 1]
    (tmp_path / "test").write_text("".join(f"{'1' if label else '-1'} | a\n" for label in labels))
    (tmp_path / "predictions").write_text("".join(f"{value}\n" for value in odds))
    score(str(tmp_path / "test"), str(tmp_path / "predictions"))
    found = json.loads(capsys.readouterr().out)
    p = np.array([1 / (1 + math.exp(-value)) for value in odds])
    expected = accuracy_and_log_loss(p, np.array(labels))
    assert found["accuracy"] == expected["accuracy"] == 0.5
    assert found["log_loss"] == pytest.approx(expected["log_loss"])


@pytest.fixture
def csv_path(tmp_path):
    """Return the sample as the book's loop can read it: it slices lines, and a quoted line break would break it."""
    from movieclassifier.corpora.corpus import open_corpus

    path = tmp_path / "sample.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["review", "sentiment"])
        rows.writerows((" ".join(text.split()), label) for text, label in open_corpus(SAMPLE))
    return str(path)


def test_claims_are_about_rows_of_the_table():
    from claims import BOOK, FASTTEXT, PLAIN, VW
    from contenders import Split, fasttext, loops, trainers, vowpal_wabbit

    split = Split(Path(SAMPLE), 300, 100, Path("models"))
    found = [*loops(split), *trainers(split), *vowpal_wabbit(split), *fasttext(split)]
    names = {row.name for contender in found for row in contender.rows}
    assert {BOOK, PLAIN, FASTTEXT, f"{VW}, conversion included", f"{VW}, on converted text"} <= names


def test_what_compression_adds_is_claimed(tmp_path, csv_path):
    from bench import pack
    from claims import reader_claims
    from loops import LOOPS, measured
    from measuring import Cost

    from movieclassifier.corpora.corpus import open_corpus

    for path in pack(Path(csv_path)):
        assert list(open_corpus(path)) == list(open_corpus(csv_path))
        for name in ("read-minibatches", "decompress"):
            assert measured(LOOPS[name](str(path), 300, 1))[1]["loop_seconds"] > 0
    rows = {"our reader, in minibatches": 2, "our reader, in minibatches, .gz": 4.5, "decompressing .gz": 2}
    costs = {name: [Cost(seconds, 0, 0)] for name, seconds in rows.items()}
    assert reader_claims(costs) == ["MISS  what .gz adds to reading, against decompression alone: 1.25 (at most 1.2)"]


@pytest.mark.parametrize("n_threads", [1, 2])
def test_loops_train_and_test_on_the_same_split(csv_path, n_threads):
    from loops import LOOPS, measured, scores

    found = {}
    for name in ("book-loop", "book-loop-list", "book", "default"):
        fitted, cost = measured(LOOPS[name](csv_path, 300, n_threads))
        found[name] = scores(fitted, csv_path, 300)
        assert cost["loop_seconds"] > 0
    assert found["book-loop"] == found["book-loop-list"]
    assert found["book"]["accuracy"] == pytest.approx(found["book-loop"]["accuracy"], abs=0.02)
    assert found["default"]["accuracy"] > found["book"]["accuracy"]


def test_floors_are_timed_and_fit_nothing():
    from loops import LOOPS, measured

    for name in ("read-bytes", "read-csv", "read-documents"):
        fitted, cost = measured(LOOPS[name](str(SAMPLE), 300, 1))
        assert fitted is None
        assert cost["loop_seconds"] > 0


def test_the_model_of_shards_is_right_where_the_answer_is_known():
    import doctest

    import shards_model
    from shards_model import Constants, columns_of, simulate

    assert doctest.testmod(shards_model).failed == 0
    free = Constants(count=2e-5, step=1e-5, survey=0, bundle=0, merge=0, start=0, task=0, link=math.inf)
    # Each column of a result costs a second, and the merging of all results follows the first task.
    slow = replace(free, count=1, step=0, merge=1, n_columns=5)
    assert simulate(8, 4, slow, n_passes=0, bundles_per_worker=1).seconds == 2 + 4 * columns_of(2, slow)
    assert simulate(8, 4, slow, n_passes=0).bottleneck == "driver's merging"
    costs = [simulate(10**6, n, free, n_cores=8).seconds for n in (1, 2, 4, 8, 16)]
    assert costs == pytest.approx([costs[0] / n for n in (1, 2, 4, 8, 8)])
    read = replace(free, survey=2e-5)
    assert simulate(10**6, 2, read, n_cores=2).seconds == pytest.approx(costs[1] + 20 / 2)
    assert simulate(10**6, 100, read).bottleneck == "workers"
    lines = shards_model.table(Constants())
    assert len(lines) == 1 + 2 * 2 * 3
    assert all("%" in line for line in lines[1:])


def test_the_benchmark_of_shards_says_what_dask_ml_needs(monkeypatch, capsys):
    import shards

    monkeypatch.setattr(shards, "find_spec", lambda name: None)
    shards.peer(1)
    assert capsys.readouterr().err == "dask-ml is left out; it needs: pip install 'movieclassifier[bench-cluster]'\n"
