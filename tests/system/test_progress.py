"""The bar is drawn on a terminal (a real pseudo-terminal here), and elsewhere only lines that were asked for."""

import contextlib
import fcntl
import io
import os
import pty
import re
import struct
import termios
import time
from functools import partial
from types import SimpleNamespace

import pytest

from movieclassifier.system import progress
from movieclassifier.system.progress import Progress, telling


class Clock:
    """Goes on by as much as the test says, however busy the machine is."""

    def __init__(self, monkeypatch):
        self.now = 1000.0
        monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: self.now))


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    return Clock(monkeypatch)


@pytest.fixture
def shown_on_terminal(clock):
    return partial(count_on_terminal, clock)


def count_on_terminal(clock, total, n, columns=80, error=None, note="", step=1):
    """Count to n on a pseudo-terminal; return what it got."""
    controller, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with (
        os.fdopen(terminal, "w") as stream,
        contextlib.suppress(ZeroDivisionError),
        Progress(total, "Counting", unit="reviews", stream=stream) as bar,
    ):
        for i in range(n):
            clock.now += 0.02
            bar.update(step, note or ("a long note " * 20 if i < 10 else f"accuracy .{i}"))
        if error:
            raise error
    shown = b""
    with os.fdopen(controller, "rb", buffering=0) as screen, contextlib.suppress(OSError):
        while chunk := screen.read(65536):  # Linux ends a closed terminal with an error.
            shown += chunk
    return shown.decode().replace("\r\n", "\n")


def test_terminal_shows_bar_rate_note_and_time_left_on_one_line(shown_on_terminal):
    title, drawings, total_time, end = shown_on_terminal(30, 30).split("\n")
    assert (title, end) == ("Counting", "")
    assert total_time.startswith("Total time elapsed: 00:00:")
    drawings = drawings.split("\r")[1:]
    assert len(drawings) > 3
    assert {len(drawing) for drawing in drawings} == {79}
    assert re.fullmatch(r"0% \[#+ +\] 100% \| ETA: 00:00:\d\d \| \d+/s, a long .+", drawings[0])
    assert re.fullmatch(r"0% \[############\] 100% \| ETA: 00:00:\d\d \| \d+ reviews/s, accuracy .29 +", drawings[-1])


def test_figure_of_a_training_is_not_cut_off_on_80_columns(shown_on_terminal):
    drawn = shown_on_terminal(30_000_000, 12, note="prequential accuracy 0.812", step=1500).split("\r")[-1]
    assert re.search(r"\| \d\d,\d{3}/s, prequential accuracy 0\.812 *\n$", drawn)


@pytest.mark.parametrize(("columns", "width"), [(200, 30), (40, 10)])
def test_bar_fits_the_terminal(columns, width, shown_on_terminal):
    assert f"0% [{'#' * width}] 100%" in shown_on_terminal(30, 30, columns)


@pytest.mark.parametrize("error", [None, ZeroDivisionError()])
def test_bar_that_stops_early_leaves_its_line(error, shown_on_terminal):
    shown = shown_on_terminal(30, 8, error=error)
    assert shown.endswith("n\n")
    assert "elapsed" not in shown


def test_more_updates_than_the_total_end_with_one_full_bar(shown_on_terminal):
    assert shown_on_terminal(3, 5).count("Total time elapsed") == 1


def test_unknown_total_gives_a_line_on_a_terminal(shown_on_terminal):
    assert shown_on_terminal(None, 5).startswith("Counting: 5 reviews, ")


def test_nothing_is_shown_where_there_is_no_terminal(capsys):
    with Progress(10, "Counting") as bar:
        bar.update(10)
    assert capsys.readouterr() == ("", "")


def test_show_false_is_quiet_on_a_terminal():
    stream = io.StringIO()
    stream.isatty = lambda: True
    with Progress(10, "Counting", show=False, stream=stream) as bar:
        bar.update(10)
    assert stream.getvalue() == ""


def test_lines_come_now_and_then_when_asked_for(monkeypatch, clock):
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0.05)
    stream = io.StringIO()
    with Progress(4_000_000, "Downloading", unit="MB", scale=1_000_000, show=True, stream=stream) as bar:
        for _ in range(4):
            clock.now += 0.03
            bar.update(1_000_000, "resumed")
    lines = stream.getvalue().splitlines()
    assert [line.split(",")[0] for line in lines] == [
        "Downloading: 2.0 of 4.0 MB (50%)",
        "Downloading: 4.0 of 4.0 MB (100%)",
    ]
    assert all(line.endswith(", 0:00:00 left, resumed") for line in lines)


@pytest.mark.parametrize(
    ("total", "expected"), [(0, "Counting: 0 documents, 0 "), (5, "Counting: 0 of 5 documents (0%), 0 ")]
)
def test_loop_without_documents_is_not_an_error(total, expected):
    stream = io.StringIO()
    with Progress(total, "Counting", show=True, stream=stream):
        pass
    assert stream.getvalue().startswith(expected)


def test_terminal_of_unknown_width_gets_a_bar():
    stream = io.StringIO()
    stream.isatty = lambda: True
    with Progress(2, "Counting", stream=stream) as bar:
        bar.update(2)
    assert "100%" in stream.getvalue()


def test_an_exception_passes_through():
    with pytest.raises(ValueError, match="bad row"), Progress(10, "Counting"):
        raise ValueError("bad row")


def test_elsewhere_than_on_a_terminal_a_long_loop_says_where_it_is(clock):
    stream = io.StringIO()
    with Progress(4, "Comparing", unit="recipes", stream=stream) as bar:
        bar.update(1, "book")
        assert stream.getvalue() == ""
        clock.now += 20
        bar.update(1, "default")
        clock.now += 20
        bar.update(2)
    assert stream.getvalue() == (
        "Comparing: 2 of 4 recipes (50%), 0.1 recipes/s, 0:00:20 left, default\n"
        "Comparing: 4 of 4 recipes (100%), 0.1 recipes/s, 0:00:00 left\n"
    )


def test_a_step_that_takes_minutes_is_not_silent(monkeypatch, clock):
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0.02)
    stream = io.StringIO()
    with Progress(4, "Comparing", unit="recipes", stream=stream) as bar:
        bar.update(1, "book")
        for _ in range(500):
            clock.now += 1
            time.sleep(0.01)
            if stream.getvalue().count("\n") > 2:
                break
    assert stream.getvalue().count("Comparing: 1 of 4 recipes (25%), ") > 2


def test_a_loop_that_nobody_wants_to_see_stays_silent_for_ever(clock):
    stream = io.StringIO()
    with Progress(4, "Comparing", show=False, stream=stream) as bar:
        clock.now += 100
        bar.update(4)
    assert stream.getvalue() == ""


def test_short_loops_in_a_row_are_not_silent_for_long(clock):
    stream = io.StringIO()
    with progress.counting_silence():
        for title in ("Reading", "Training", "Testing"):
            with Progress(2, title, stream=stream) as bar:
                clock.now += 6
                bar.update(2)
        clock.now += 6
        assert stream.getvalue().splitlines() == ["Training: 2 of 2 documents (100%), 0.33 documents/s, 0:00:00 left"]
    with Progress(2, "After the command", stream=stream) as bar:
        bar.update(2)
    assert stream.getvalue().count("\n") == 1


@pytest.mark.parametrize(
    ("items", "line"),
    [(range(5), r"Reading: 3 of 5 documents \(60%\), .+ left"), (iter(range(5)), "Reading: 3 documents, ")],
)
def test_loop_that_is_seldom_long_tells_of_itself_in_a_command(items, line, clock, capsys, monkeypatch):
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0.05)

    def count():
        for n in telling(items, "Reading"):
            clock.now += 0.02
            if n == 3:
                deadline = time.monotonic() + 20
                while not (shown := capsys.readouterr().err) and time.monotonic() < deadline:
                    time.sleep(0.005)
                return shown
        return ""

    with progress.counting_silence():
        assert re.match(line, count())


@pytest.mark.parametrize("show", [False, "outside"])
def test_loop_that_is_seldom_long_is_silent_where_nobody_wants_to_see_it(show, clock, capsys):
    with contextlib.nullcontext() if show == "outside" else progress.counting_silence(show):
        for _ in telling(range(3), "Reading"):
            clock.now += 100
    assert capsys.readouterr().err == ""


def test_short_loop_that_is_seldom_long_shows_nothing_on_a_terminal(clock, monkeypatch):
    stream = io.StringIO()
    stream.isatty = lambda: True
    monkeypatch.setattr(progress.sys, "stderr", stream)
    with progress.counting_silence():
        assert list(telling(range(3), "Reading")) == [0, 1, 2]
    assert stream.getvalue() == ""
