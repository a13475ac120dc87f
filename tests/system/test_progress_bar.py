"""The bar fits the terminal, and leaves nothing of a longer line behind."""

import io

import pytest

from movieclassifier.system import progress_bar
from movieclassifier.system.progress_bar import ProgressBar


@pytest.mark.parametrize("columns", [40, 80, 200])
@pytest.mark.parametrize(("note", "short"), [("", ""), ("accuracy .9", ".9"), ("a long note " * 30, "short")])
def test_lines_are_as_wide_as_the_terminal(columns, note, short, monkeypatch):
    monkeypatch.setattr(progress_bar, "_columns", lambda stream: columns)
    stream = io.StringIO()
    bar = ProgressBar(10, "Counting", stream)
    for n in (1, 5, 10):
        bar.draw(n, note, short)
    lines = [line for line in stream.getvalue().replace("\n", "\r").split("\r") if "[" in line and "]" in line]
    assert lines
    assert all(len(line.rstrip()) <= columns for line in lines)


def test_stream_that_is_not_a_terminal_has_80_columns():
    assert ProgressBar(3, "", io.StringIO()).columns == 80


def test_more_than_the_total_is_a_full_bar(monkeypatch):
    bar = ProgressBar(3, "Counting", io.StringIO())
    for n in (2, 9):
        bar.draw(n, "", "")
    assert bar.cnt == 3
