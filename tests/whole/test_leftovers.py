"""The tests leave nothing in the folder for temporary files but what pytest itself keeps of its last runs."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.patience import PATIENCE

ROOT = Path(__file__).parents[2]
# A docstring whose example writes a file.
EXAMPLE = "movieclassifier/system/atomic.py"


def test_a_run_of_the_tests_leaves_no_temporary_files(tmp_path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-n",
        "2",
        "tests/whole/test_leftovers.py",
    ]
    done = subprocess.run(
        [*command, EXAMPLE, "--deselect", "tests/whole/test_leftovers.py"],
        env=environment | {"TMPDIR": str(tmp_path)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed" in done.stdout
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith("pytest-of-")] == []


PROGRAM = """
import os, sys, time
from pathlib import Path
from tests.support.ending import ending
folder, stopped = map(Path, sys.argv[1:])
folder.mkdir()
with ending(folder, "touch", str(stopped)):
    folder.joinpath("file").touch()
    os.kill(os.getpid(), {signal})
    time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_killed_tests_leave_no_server_and_no_folder(number, tmp_path):
    folder, stopped = tmp_path / "folder", tmp_path / "stopped"
    command = [sys.executable, "-c", PROGRAM.format(signal=int(number)), str(folder), str(stopped)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == -number, done.stderr
    deadline = time.monotonic() + PATIENCE
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert stopped.exists()
    assert not folder.exists()
