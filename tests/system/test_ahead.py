import _imp
import sys
import threading
import time
import weakref
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.system.ahead import importing, read_ahead
from tests.support.patience import PATIENCE


@given(st.lists(st.integers()), st.integers(1, 5))
def test_reading_ahead_changes_nothing(items, size):
    assert list(read_ahead(items, size)) == items


def test_reading_is_ahead_but_bounded():
    read = []
    ahead = read_ahead((read.append(i) or i for i in range(100)), size=3)
    assert next(ahead) == 0
    deadline = time.monotonic() + PATIENCE
    while len(read) < 4 and time.monotonic() < deadline:
        time.sleep(0.001)
    time.sleep(0.05)  # one that is not bounded would go on meanwhile
    assert 4 <= len(read) <= 5
    ahead.close()


def test_an_exception_comes_after_the_items_before_it():
    def failing():
        yield 1
        raise OSError("the disk is gone")

    ahead = read_ahead(failing())
    assert next(ahead) == 1
    with pytest.raises(OSError, match="the disk is gone"):
        next(ahead)


def test_modules_are_imported_by_the_end_of_a_block_and_a_missing_one_is_ignored():
    for module in ("colorsys", "stringprep"):
        sys.modules.pop(module, None)
    with importing("colorsys", "stringprep"), importing("no_such_module"):
        pass
    assert {"colorsys", "stringprep"} <= sys.modules.keys()


def test_a_module_that_fails_fails_again_where_it_is_needed(tmp_path, monkeypatch):
    (tmp_path / "module_that_fails.py").write_text("raise MemoryError")
    monkeypatch.syspath_prepend(tmp_path)
    with importing("module_that_fails"):  # an error that nobody takes is a traceback on stderr, and a warning here
        pass
    with pytest.raises(MemoryError):
        import_module("module_that_fails")


def test_an_error_of_the_block_ends_the_imports():
    sys.modules.pop("colorsys", None)
    with pytest.raises(ValueError, match="a bad row"), importing("colorsys"):
        raise ValueError("a bad row")
    assert "importing" not in {thread.name for thread in threading.enumerate()}


@pytest.fixture(params=["before", "after"])
def interrupted_start(request, monkeypatch):
    """Let Ctrl-C come right before or after a thread begins."""
    real = threading.Thread.start

    def start(thread):
        if request.param == "after":
            real(thread)
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", start)


@pytest.mark.usefixtures("interrupted_start")
def test_ctrl_c_while_a_thread_begins_leaves_the_items_to_be_closed():
    def slow():
        time.sleep(0.2)
        yield 1

    items = slow()
    with pytest.raises(KeyboardInterrupt):
        next(read_ahead(items))
    items.close()  # a generator that is at work in a thread refuses this


@pytest.mark.usefixtures("interrupted_start")
def test_ctrl_c_while_a_thread_begins_ends_the_imports():
    with pytest.raises(KeyboardInterrupt), importing("colorsys"):
        pass
    assert "importing" not in {thread.name for thread in threading.enumerate()}


def test_a_size_below_one_is_refused():
    with pytest.raises(ValueError, match="size must be at least 1; got 0"):
        read_ahead([], 0)


class Large:
    pass


def test_items_that_were_handed_on_are_kept_by_nobody():
    freed = []

    def make(number):
        item = Large()
        weakref.finalize(item, freed.append, number)
        return item

    ahead = read_ahead(map(make, range(3)), size=1)
    item = next(ahead)
    assert freed == []
    del item
    assert freed == [0]
    ahead.close()


def test_no_thread_waits_for_a_lock_that_an_interrupt_has_left(monkeypatch):
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    _imp.acquire_lock()
    try:
        with importing("colorsys"):
            pass
    finally:
        _imp.release_lock()
    assert "colorsys" not in sys.modules
