import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import time

import pytest

from movieclassifier.system.own_process import Killed, _answer, call_apart, deaf_children
from tests.support.in_another_process import add, fail, fill, kill, leave_a_file
from tests.support.patience import PATIENCE


def test_call_apart_returns_what_the_function_does():
    answer, peak = call_apart(add, 1, 2)
    assert answer == 3
    assert 10 < peak < 1000


@pytest.mark.slow
def test_peak_memory_is_that_of_the_process_alone():
    here = bytearray(300 * 10**6)
    small, large = call_apart(fill, 1)[1], call_apart(fill, 200)[1]
    assert len(here) > 200e6
    assert 150 < large - small < 290  # not the 300 MB of this process


def test_errors_of_the_function_come_back():
    with pytest.raises(ValueError, match=r"line 3"):
        call_apart(fail, ValueError("line 3"))
    with pytest.raises(FileNotFoundError):
        call_apart(fail, FileNotFoundError(2, "No such file", "x.csv"))


def test_a_killed_process_is_told_from_one_with_a_bug():
    with pytest.raises(Killed, match=r"killed \(SIGKILL\), most probably for want of memory"):
        call_apart(kill, signal.SIGKILL)
    with pytest.raises(Killed, match=r"killed \(SIGTERM\)$"):
        call_apart(kill, signal.SIGTERM)
    with pytest.raises(RuntimeError, match="exit status 1"):
        call_apart(fail, KeyError("a bug"))


def test_temporary_files_of_a_killed_process_go_with_it(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    with pytest.raises(Killed):
        call_apart(leave_a_file, signal.SIGKILL)
    assert list(tmp_path.iterdir()) == []


def test_children_are_deaf_while_they_are_started():
    code = "import signal; signal.raise_signal(signal.SIGINT); print('deaf')"
    with deaf_children():
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "deaf\n"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout, done.returncode) == ("", -signal.SIGINT)


def test_ctrl_c_is_not_lost_while_children_are_deaf():
    steps = []
    usual = signal.signal(signal.SIGINT, lambda *_: steps.append("the signal"))
    with deaf_children():
        os.kill(os.getpid(), signal.SIGINT)
        steps.append("the block")
    signal.signal(signal.SIGINT, usual)
    assert sorted(steps) == ["the block", "the signal"]  # other threads may let Ctrl-C in at once


def test_ctrl_c_ends_the_new_process_too(tmp_path):
    pid_path = tmp_path / "pid"
    code = f"from movieclassifier.system.own_process import *; from tests.support.in_another_process import wait; call_apart(wait, {str(pid_path)!r})"
    environment = os.environ | {"PYTHONPATH": os.getcwd()}
    parent = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True, env=environment)
    deadline = time.monotonic() + PATIENCE
    while not (pid_path.exists() and pid_path.read_text()) and time.monotonic() < deadline:
        time.sleep(0.05)
    child = int(pid_path.read_text())
    parent.send_signal(signal.SIGINT)
    _, stderr = parent.communicate(timeout=PATIENCE)
    assert "KeyboardInterrupt" in stderr
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


@pytest.mark.parametrize("error", [None, ValueError("line 3")])
def test_the_new_process_sends_its_answer_and_its_peak(error, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", tempfile.tempdir)
    receiver, sender = multiprocessing.Pipe(duplex=False)
    before = signal.getsignal(signal.SIGINT)
    try:
        _answer(sender, str(tmp_path), *((add, (1, 2)) if error is None else (fail, (error,))))
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    answer, peak = receiver.recv()
    assert str(answer) == ("3" if error is None else "line 3")
    assert peak > 10
