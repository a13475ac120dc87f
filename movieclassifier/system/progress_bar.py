"""The bar on a terminal."""

import os
from typing import TextIO

import pyprind


class ProgressBar(pyprind.ProgBar):
    """pyprind's bar on one given terminal, never wider than it."""

    _cached_output: str

    def __init__(self, total: int, title: str, stream: TextIO) -> None:
        self.columns = _columns(stream)
        self._short = ""
        # Time left, rate and note take about 68 columns.
        super().__init__(total, width=max(10, min(30, self.columns - 68)), stream=stream, title=title)

    def draw(self, n_done: int, note: str, short: str) -> None:
        """Draw the bar, with a note, or a short one where that is too long."""
        self._short = short
        # force_flush draws whenever asked; pyprind's own update_interval may leave out the last, full bar.
        self.update(min(n_done, self.max_iter) - self.cnt, item_id=note, force_flush=True)

    def _check_stream(self) -> None:
        # pyprind looks whether *stdout* is a terminal and then goes silent or warns; the caller has looked.
        self._stream_out, self._stream_flush = self.stream.write, self.stream.flush

    def _cache_item_id(self) -> None:
        # The line starts with "\r"; a longer one than the terminal is wide would scroll, a shorter one than
        # the last would leave its tail behind.
        lines = (f"{self._cached_output} | {note}" for note in (self.item_id, self._short))
        line = next((line for line in lines if len(line) <= self.columns), f"{self._cached_output} | {self._short}")
        self._cached_output = line[: self.columns].ljust(self.columns)


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except OSError:
        return 80
