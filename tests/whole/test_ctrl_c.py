"""Ctrl-C ends long comparisons and searches with one line; their processes and temporary files go with them."""

import os
import signal
import subprocess
import sys
import time
from importlib.resources import files

import pytest

from tests.support.patience import PATIENCE

SAMPLE = str(files("movieclassifier") / "bundled/sample_reviews.csv")
COMMANDS = {
    "compare": ["compare", SAMPLE, "--folds", "5"],
    "compare side by side": ["compare", SAMPLE, "--folds", "5", "--on", "local", "--workers", "2"],
    "tune": ["tune", SAMPLE, "--output", "best.toml"],
    "tune side by side": ["tune", SAMPLE, "--output", "best.toml", "--on", "local", "--workers", "2"],
}


def group_of(leader: int) -> list[int]:
    """Return the processes of a group that are alive."""
    listed = subprocess.run(["ps", "-eo", "pid=,pgid=,stat="], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in listed.splitlines()]
    return [int(pid) for pid, group, state in rows if int(group) == leader and not state.startswith("Z")]


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_ctrl_c_leaves_nothing_behind(tmp_path, name):
    (tmp_path / "tmp").mkdir()
    environment = {**os.environ, "TMPDIR": str(tmp_path / "tmp")}
    command = [sys.executable, "-c", "from movieclassifier.cli import main; main()", *COMMANDS[name]]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as run:
        lines = [run.stderr.readline()]
        time.sleep(2)  # they take many times as long
        os.killpg(run.pid, signal.SIGINT)
        lines += run.stderr.readlines()
    assert run.returncode == 130
    assert lines[-1].startswith("Stopped.")
    assert not any("Traceback" in line for line in lines), lines
    until = time.monotonic() + PATIENCE
    while left := group_of(run.pid):
        assert time.monotonic() < until, left
        time.sleep(0.1)
    assert list((tmp_path / "tmp").iterdir()) == []
