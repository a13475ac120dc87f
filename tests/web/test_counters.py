"""Counters that several processes share."""

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from movieclassifier.web.counters import Counters, folder_name, server_folder
from tests.support.patience import PATIENCE


@pytest.mark.slow
def test_counters_hold_right_across_processes_and_outlive_them(tmp_path):
    program = (
        "import sys; from pathlib import Path; from movieclassifier.web.counters import Counters\n"
        "counters = Counters(Path(sys.argv[1]))\n"
        "for _ in range(1000): counters.add({'requests api 2xx': 1, 'seconds api sum': 0.5})"
    )
    workers = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path)]) for _ in range(3)]
    assert [worker.wait(PATIENCE) for worker in workers] == [0, 0, 0]
    totals = Counters(tmp_path).totals()
    assert (totals["requests api 2xx"], totals["seconds api sum"]) == (3000, 1500)


def test_a_forked_process_counts_for_itself(tmp_path):
    counters = Counters(tmp_path)
    counters.add({"requests api 2xx": 1})
    pid = os.fork()
    if not pid:
        counters.add({"requests api 2xx": 1})
        os._exit(0)
    os.waitpid(pid, 0)
    assert counters.totals()["requests api 2xx"] == 2
    assert len(list(tmp_path.iterdir())) == 2


def test_threads_lose_no_count():
    counters = Counters()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: [counters.add({"requests page 2xx": 1}) for _ in range(500)], range(8)))
    assert counters.totals()["requests page 2xx"] == 4000


def test_the_workers_of_a_server_share_a_folder_that_is_theirs(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = server_folder()
    assert folder == server_folder() == folder_name(os.getppid())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert folder_name(2**22 + 1).name.endswith("-0")
    folder.rmdir()
    folder.symlink_to(tmp_path)
    with pytest.raises(PermissionError):
        server_folder()
