"""Writers of one file take turns: threads, processes, and after a fork."""

import os
import subprocess
import sys
from threading import Thread

import pytest

from movieclassifier.feedback.log.forgetting import forget
from movieclassifier.feedback.log.sessions import close_session, open_session
from movieclassifier.feedback.log.store import FeedbackStore
from movieclassifier.feedback.log.turns import Turns, turn
from tests.support.patience import PATIENCE

HOLD = """
import sys
from pathlib import Path
from movieclassifier.feedback.log.turns import Turns
with Turns(Path(sys.argv[1])).turn():
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_turn_waits_for_a_second_process_and_is_released_by_a_kill(tmp_path):
    path = tmp_path / "f.db-queue"
    arguments = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"held\n"
        taken = []
        thread = Thread(target=lambda: take(path, taken))
        thread.start()
        thread.join(0.3)
        assert not taken
        process.kill()
        thread.join(PATIENCE)
    assert taken == [True]


def take(path, taken):
    with Turns(path).turn():
        taken.append(True)


def test_a_turn_within_a_turn_is_the_same_turn(tmp_path):
    turns = Turns(tmp_path / "queue")
    with turns.turn(), turns.turn():
        pass
    with turns.turn():
        pass


def test_a_forked_process_has_a_lock_of_its_own(tmp_path):
    turns = Turns(tmp_path / "queue")
    with turns.turn():
        descriptor = turns._descriptor
    turns.forget()
    assert turns._descriptor is None
    with turns.turn():
        assert os.fstat(turns._descriptor).st_ino == os.stat(tmp_path / "queue").st_ino
    assert descriptor is not None


WRITERS = {
    "a log-in": lambda store: open_session(store.engine, "token", 60),
    "a log-out": lambda store: close_session(store.engine, "token"),
    "a text that is forgotten": lambda store: forget(store.engine, "owner"),
    "old predictions": lambda store: store.forget_old_predictions(),
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_writer_takes_its_turn(tmp_path, name):
    store = FeedbackStore(f"sqlite:///{tmp_path}/f.db")
    thread = Thread(target=lambda: WRITERS[name](store), daemon=True)
    with turn(store.engine):
        thread.start()
        thread.join(0.2)
        assert thread.is_alive()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    store.close()
