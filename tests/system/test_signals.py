"""Signals wait, and are not lost."""

import os
import signal
import threading

import pytest

from movieclassifier.system.signals import held


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_held_and_not_lost(number):
    steps = []
    usual = signal.signal(number, lambda *_: steps.append("the signal"))
    with held(number):
        os.kill(os.getpid(), number)
        steps.append("the block")
    signal.signal(number, usual)
    assert steps == ["the block", "the signal"]


def test_other_threads_hold_nothing():
    usual = signal.getsignal(signal.SIGTERM)

    def hold():
        with held(signal.SIGTERM):
            seen.append(signal.getsignal(signal.SIGTERM))

    seen = []
    thread = threading.Thread(target=hold)
    thread.start()
    thread.join()
    assert seen == [usual]
