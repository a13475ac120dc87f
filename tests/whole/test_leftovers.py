"""The tests leave nothing in the folder for temporary files but what pytest itself keeps of its last runs."""

import os
import subprocess
import sys
from pathlib import Path

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
