"""What make would do, told by ``make --dry-run`` in a folder of its own."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SPLIT = ".venv/bin/python build_csv.py --split"


@pytest.fixture
def project(tmp_path):
    """Return a folder that is set up, with the corpus and both halves."""
    if shutil.which("make") is None:
        pytest.skip("there is no make here")
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("requirements.txt", "setup.cfg", "setup.py", "pyproject.toml", ".venv/installed"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "data").mkdir()
    for name in ("movie_data.csv", "movie_train.csv", "movie_test.csv"):
        (tmp_path / "data" / name).touch()
    return tmp_path


def would_run(project, *arguments):
    command = ["make", "--dry-run", "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=True).stdout.splitlines()


def test_bundled_model_is_trained_on_the_halves_that_are_there(project):
    lines = would_run(project, "bundled-model")
    assert SPLIT not in lines
    assert any("train_online.py data/movie_train.csv --test data/movie_test.csv" in line for line in lines)


@pytest.mark.parametrize("missing", [["movie_train.csv"], ["movie_test.csv"], ["movie_train.csv", "movie_test.csv"]])
def test_missing_half_is_written_before_the_bundled_model_is_trained(missing, project):
    for name in missing:
        (project / "data" / name).unlink()
    lines = would_run(project, "bundled-model")
    writes = [number for number, line in enumerate(lines) if line.endswith(SPLIT)]
    assert writes
    assert writes[0] < next(number for number, line in enumerate(lines) if "train_online.py" in line)


def test_training_without_the_corpus_and_a_network_points_to_the_sample(project):
    (project / "data" / "movie_data.csv").unlink()
    (project / ".venv" / "bin").mkdir()
    offline = project / ".venv" / "bin" / "python"
    offline.write_text("#!/bin/sh\nexit 3\n")
    offline.chmod(0o755)
    done = subprocess.run(["make", "train"], cwd=project, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Where data/movie_data.csv cannot be downloaded, 'make' alone trains on the sample" in done.stderr


def test_bundled_model_is_replaced_as_a_whole(project):
    *_, copied, moved = would_run(project, "bundled-model")
    bundled = "movieclassifier/bundled/imdb.npz"
    assert (copied, moved) == (f"cp build/bundled/classifier.npz {bundled}.new", f"mv {bundled}.new {bundled}")
