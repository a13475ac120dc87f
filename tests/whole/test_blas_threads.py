"""A process of ours has one thread of BLAS, unless its user wants more: each waits actively for work."""

import os
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAMPLE = str(files("movieclassifier").joinpath("bundled/sample_reviews.csv"))
NAME = "OPENBLAS_NUM_THREADS"
# Says what numpy finds when it is imported, in this process and in those that it starts.
WATCH = """
import os, sys

class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "numpy":
            print("numpy found", os.environ.get("OPENBLAS_NUM_THREADS"), file=sys.stderr, flush=True)

sys.meta_path.insert(0, Watch())
"""
RUN = "import runpy, sys; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
CLI = "from movieclassifier.cli import main; main()"
TRAIN = [SAMPLE, "--no-progress", "--model", "{folder}"]


def found_by_numpy(code, arguments, tmp_path, environment):
    """Run code in a new process, and return which numbers of threads numpy found there."""
    (tmp_path / "sitecustomize.py").write_text(WATCH)
    path = os.pathsep.join([str(tmp_path), str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = {name: value for name, value in os.environ.items() if name != NAME} | environment
    command = [sys.executable, "-c", code, *(argument.format(folder=tmp_path / "model") for argument in arguments)]
    result = subprocess.run(command, env=environment | {"PYTHONPATH": path}, capture_output=True, text=True, cwd=ROOT)
    assert result.returncode == 0, result.stderr
    return {line.split()[-1] for line in result.stderr.splitlines() if line.startswith("numpy found")}


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        (RUN, [str(ROOT / "train_online.py"), *TRAIN]),
        (CLI, ["train", *TRAIN, "--shards", "2", "--workers", "2"]),
        (CLI, ["predict", "A great film!"]),
        (CLI, ["explain", "A great film!"]),
        (CLI, ["feedback", "--help"]),
        (CLI, ["tune", "--help"]),
        (CLI, ["compare", "--help"]),
        ("from movieclassifier import gunicorn_conf; from movieclassifier.web import create_app", []),
    ],
    ids=["train_online", "shards", "predict", "explain", "feedback", "tune", "compare", "gunicorn"],
)
def test_blas_has_one_thread_in_our_processes(code, arguments, tmp_path):
    assert found_by_numpy(code, arguments, tmp_path, {}) <= {"1"}


@pytest.mark.parametrize("script", ["train_online", "build_csv", "download_data"])
def test_a_script_imports_numpy_only_to_run(script, tmp_path):
    code = f"import {script}; import sys; sys.exit('numpy' in sys.modules)"
    assert found_by_numpy(code, [], tmp_path, {}) == set()


def test_a_users_number_of_threads_counts(tmp_path):
    arguments = [str(ROOT / "train_online.py"), *TRAIN]
    assert found_by_numpy(RUN, arguments, tmp_path, {NAME: "2"}) == {"2"}


def test_the_package_leaves_the_environment_of_a_notebook_alone(tmp_path):
    code = f"import os, movieclassifier.training.fit; assert '{NAME}' not in os.environ"
    assert found_by_numpy(code, [], tmp_path, {}) == {"None"}
