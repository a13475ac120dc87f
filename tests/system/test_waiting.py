"""Who waits for long says so now and then."""

import io
import re
import time

from movieclassifier.system import waiting
from movieclassifier.system.waiting import telling_of_wait
from tests.support.patience import PATIENCE


def test_a_long_wait_is_told_and_a_short_one_is_not(monkeypatch):
    said = io.StringIO()
    with telling_of_wait("Waiting", stream=said):
        pass
    assert said.getvalue() == ""
    monkeypatch.setattr(waiting, "SECONDS_BETWEEN_LINES", 0.01)
    until = time.monotonic() + PATIENCE
    with telling_of_wait("Waiting", stream=said):
        while said.getvalue().count("\n") < 2 and time.monotonic() < until:
            time.sleep(0.01)
    assert re.match(r"(Waiting: \d+ s\n){2}", said.getvalue())


def test_progress_can_be_turned_off(monkeypatch):
    monkeypatch.setattr(waiting, "SECONDS_BETWEEN_LINES", 0.001)
    said = io.StringIO()
    with telling_of_wait("Waiting", show=False, stream=said):
        time.sleep(0.05)
    assert said.getvalue() == ""
