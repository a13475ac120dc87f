"""What make would do, told by ``make --dry-run`` in a folder of its own."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# `make test` would tell these calls of make what it was called with.
OUTSIDE_MAKE = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
SPLIT = ".venv/bin/python build_csv.py --split"


@pytest.fixture
def project(tmp_path):
    """Return a folder that is set up, with the corpus and both halves; its name is of the kind that people give."""
    if shutil.which("make") is None:
        pytest.skip("there is no make here")
    tmp_path /= "Ünser Projekt"
    tmp_path.mkdir()
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "movieclassifier").mkdir()
    names = ("requirements.txt", "requirements-dev.txt", "setup.cfg", "setup.py", "pyproject.toml", ".venv/installed")
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "data").mkdir()
    for name in ("movie_data.csv", "movie_train.csv", "movie_test.csv"):
        (tmp_path / "data" / name).touch()
    (tmp_path / "data/aclImdb/train/unsup").mkdir(parents=True)
    return tmp_path


def would_run(project, *arguments):
    command = ["make", "--dry-run", "--no-print-directory", *arguments]
    return subprocess.run(
        command, cwd=project, env=OUTSIDE_MAKE, capture_output=True, text=True, check=True
    ).stdout.splitlines()


@pytest.mark.parametrize(
    ("prints", "said"),
    [("3.8.18", "is 3.8.18. Try: make PYTHON=python3."), (None, "is missing. Try: make PYTHON=python3.")],
)
def test_python_that_is_too_old_is_refused_in_one_line_and_nothing_is_left(prints, said, project):
    (project / ".venv" / "installed").unlink()
    (project / ".venv").rmdir()
    python = project / "old"
    if prints:
        python.write_text(f"#!/bin/sh\necho {prints}\n")
        python.chmod(0o755)
    before = sorted(project.rglob("*"))
    for target in ("all", "test", "lint"):
        command = ["make", target, f"PYTHON={python}"]
        done = subprocess.run(command, cwd=project, env=OUTSIDE_MAKE, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert f"Python 3.11 or newer is needed, and {python} {said}" in done.stderr
    assert sorted(project.rglob("*")) == before


def test_environment_of_a_different_python_than_the_one_asked_for_is_refused(project):
    (project / ".venv" / "bin").mkdir()
    for path, version in [(".venv/bin/python", "3.11"), ("same", "3.11"), ("newer", "3.13")]:
        (project / path).write_text(f"#!/bin/sh\necho {version}\n")
        (project / path).chmod(0o755)
    (project / ".venv/installed-dev").touch()
    said = {}
    for name, target in [("same", "lint"), ("newer", "lint"), ("gone", "lint"), ("newer", "clean")]:
        command = ["make", "--dry-run", target, f"PYTHON={project / name}"]
        done = subprocess.run(command, cwd=project, env=OUTSIDE_MAKE, capture_output=True, text=True, check=False)
        said[name, target] = (done.returncode, done.stderr.count("\n"))
    refused = {("newer", "lint"): (2, 1), ("gone", "lint"): (2, 1)}
    assert said == {("same", "lint"): (0, 0), **refused, ("newer", "clean"): (0, 0)}


@pytest.mark.parametrize("locked", [".", ".venv"])
@pytest.mark.parametrize("target", ["all", "test", "train", "clean"])
def test_checkout_of_somebody_else_is_refused_in_one_line(target, locked, project):
    before = sorted(project.rglob("*"))
    done = make_as_stranger(project, locked, target)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    folder = project / locked
    assert f"{folder} cannot be written by " in done.stderr
    assert "Try: make as its owner, or in a clone of your own" in done.stderr
    assert sorted(project.rglob("*")) == before
    assert make_as_stranger(project, locked, "help").returncode == 0


def make_as_stranger(project, locked, target):
    """Run make as a user who may write into the project, but not into one of its folders."""
    is_root = os.geteuid() == 0  # root may write everywhere
    for folder in (project, project / ".venv"):
        folder.chmod(0o777 if is_root else 0o755)
    (project / locked).chmod(0o755 if is_root else 0o555)
    try:
        return subprocess.run(
            ["make", target],
            cwd=project,
            env=OUTSIDE_MAKE,
            capture_output=True,
            text=True,
            check=False,
            user=65534 if is_root else None,
        )
    finally:
        (project / locked).chmod(0o755)


def test_bundled_model_is_trained_on_the_halves_that_are_there(project):
    lines = would_run(project, "bundled-model")
    assert SPLIT not in lines
    assert not any("--unsup" in line for line in lines)
    halves = "distill data/movie_train.csv --unlabelled data/aclImdb/train/unsup --test data/movie_test.csv"
    assert any(halves in line for line in lines)


def test_reviews_without_labels_are_unpacked_before_the_bundled_model_is_distilled(project):
    (project / "data/aclImdb/train/unsup").rmdir()
    lines = would_run(project, "bundled-model")
    unpacks = lines.index(".venv/bin/python download_data.py --unsup")
    assert unpacks < next(number for number, line in enumerate(lines) if " distill " in line)


@pytest.mark.parametrize("missing", [["movie_train.csv"], ["movie_test.csv"], ["movie_train.csv", "movie_test.csv"]])
def test_missing_half_is_written_before_the_bundled_model_is_trained(missing, project):
    for name in missing:
        (project / "data" / name).unlink()
    lines = would_run(project, "bundled-model")
    writes = [number for number, line in enumerate(lines) if line.endswith(SPLIT)]
    assert writes
    assert writes[0] < next(number for number, line in enumerate(lines) if " distill " in line)


def test_training_without_the_corpus_and_a_network_points_to_the_sample(project):
    (project / "data" / "movie_data.csv").unlink()
    (project / ".venv" / "bin").mkdir()
    offline = project / ".venv" / "bin" / "python"
    offline.write_text("#!/bin/sh\nexit 3\n")
    offline.chmod(0o755)
    done = subprocess.run(["make", "train"], cwd=project, env=OUTSIDE_MAKE, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Where data/movie_data.csv cannot be downloaded, 'make' alone trains on the sample" in done.stderr


def test_bundled_model_is_replaced_as_a_whole(project):
    *_, copied, moved = would_run(project, "bundled-model")
    bundled = "movieclassifier/bundled/imdb.npz"
    assert (copied, moved) == (f"cp build/bundled/classifier.npz {bundled}.new", f"mv {bundled}.new {bundled}")


def test_corpus_is_asked_for_once(project):
    (project / "data" / "movie_data.csv").unlink()
    (project / ".venv" / "bin").mkdir()
    for name in ("python", "movieclassifier"):
        program = project / ".venv" / "bin" / name
        program.write_text('#!/bin/sh\necho "$@" >> log\n[ "$1" != build_csv.py ] || touch data/movie_data.csv\n')
        program.chmod(0o755)
    subprocess.run(["make"], cwd=project, env=OUTSIDE_MAKE, capture_output=True, text=True, check=True)
    steps = ["download_data.py", "build_csv.py", "train_online.py data/movie_data.csv", "info --model pkl_objects"]
    assert (project / "log").read_text().splitlines() == steps
