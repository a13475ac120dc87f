import os
import subprocess
import sys

import pytest

from movieclassifier.system import locking
from movieclassifier.system.locking import lock_folder

HOLD = """
import sys
from movieclassifier.system.locking import lock_folder
with lock_folder(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_folder_is_held_by_one_at_a_time(tmp_path):
    with lock_folder(tmp_path), pytest.raises(BlockingIOError, match="a different training"), lock_folder(tmp_path):
        pass
    with lock_folder(tmp_path), lock_folder(tmp_path.parent):
        pass
    assert not list(tmp_path.iterdir())


def test_lock_of_a_killed_process_is_gone(tmp_path):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], **pipes) as holder:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(BlockingIOError), lock_folder(tmp_path):
            pass
        holder.kill()
        holder.wait()
        with lock_folder(tmp_path):
            pass


@pytest.mark.parametrize("missing", ["fcntl", "flock", "folder"])
def test_without_locks_the_work_goes_on(missing, tmp_path, monkeypatch):
    if missing == "fcntl":
        monkeypatch.setattr(locking, "fcntl", None)
    elif missing == "flock":
        monkeypatch.setattr(locking.fcntl, "LOCK_EX", 16)  # which flock refuses
    folder = tmp_path / "none" if missing == "folder" else tmp_path
    n_open = len(os.listdir("/proc/self/fd"))
    with lock_folder(folder), lock_folder(folder):
        pass
    assert len(os.listdir("/proc/self/fd")) == n_open
