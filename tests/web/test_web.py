"""The application as a whole."""

import os
import subprocess
import sys
from pathlib import Path


def test_flask_finds_the_application(own_machine):
    command = [sys.executable, "-m", "flask", "--app", "movieclassifier.web", "routes"]
    listed = subprocess.run(command, capture_output=True, text=True, env=_environment(own_machine))
    assert listed.returncode == 0, listed.stderr
    assert "/api/v1/predictions" in listed.stdout


def _environment(folder: Path) -> dict[str, str]:
    root = str(Path(__file__).parents[2])
    return dict(os.environ) | {"PYTHONPATH": root, "PWD": str(folder)}
