"""Progress on stderr: a pyprind bar with rate and time left, or a plain line now and then."""

import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, TextIO, TypeVar

if TYPE_CHECKING:
    from movieclassifier.system.progress_bar import ProgressBar

Item = TypeVar("Item")
SECONDS_BETWEEN_DRAWINGS = 0.1
SECONDS_BETWEEN_LINES = 10.0
# When the last line was written during a command of several loops; None outside of commands.
_last_line: float | None = None
# Whether loops that are seldom long may break the silence of this command.
_may_tell = False


@contextmanager
def counting_silence(show: bool | None = None) -> Iterator[None]:
    """Let the loops of a command share one clock: several short ones in a row are not silent for long, either.

    Parameters
    ----------
    show : bool or None, default=None
        With False, the loops of :func:`telling` write nothing.
    """
    global _last_line, _may_tell
    _last_line, _may_tell = time.monotonic(), show is not False
    try:
        yield
    finally:
        _last_line, _may_tell = None, False


def is_shown(show: bool | None, stream: TextIO | None = None) -> bool:
    """Tell whether progress is to be shown from the start: as `show` says, else on a terminal only."""
    return (stream or sys.stderr).isatty() if show is None else show


def tells() -> bool:
    """Tell whether this is a command whose long loops are to tell of themselves."""
    return _may_tell


def telling(
    documents: Iterable[Item], title: str, unit: str = "documents", size: Callable[[Item], int] = lambda item: 1
) -> Iterator[Item]:
    """Yield the items of a loop that seldom takes long, and count them, or what `size` says of each, on stderr.

    During a command a line is written when nothing was written for ten seconds, and every ten seconds from then on.
    Elsewhere, as in a notebook or a server, nothing is written.
    """
    if not _may_tell:
        yield from documents
        return
    with Progress(None, title, unit=unit).waiting() as progress:
        progress.total = len(documents) if isinstance(documents, Sized) else None
        for document in documents:
            yield document
            progress.n_done += size(document)


class Progress:
    """Show how far a loop is: a bar on a terminal, elsewhere a line every ten seconds.

    It is never silent for longer than that, even where a single step takes minutes.

    Parameters
    ----------
    total : int or None
        How many units there are; None if that is unknown, which gives lines in place of a bar.
    title : str
        What is being done.
    unit : str, default="documents"
        What is counted, in the plural.
    scale : int, default=1
        How many of what `update` counts make one unit: 1_000_000 with `unit="MB"` for bytes.
    show : bool or None, default=None
        Elsewhere than on a terminal, None shows nothing of a loop that ends within ten seconds of the last line; True
        shows at least one line. False shows nothing anywhere.
    stream : file, optional
        Where to write; stderr by default.

    Examples
    --------
    >>> with Progress(3, "Counting", show=True, stream=sys.stdout) as progress:
    ...     for _ in range(3):
    ...         progress.update(note="accuracy .871")
    Counting: 3 of 3 documents (100%), ... documents/s, 0:00:00 left, accuracy .871
    """

    def __init__(
        self,
        total: int | None,
        title: str,
        *,
        unit: str = "documents",
        scale: int = 1,
        show: bool | None = None,
        stream: TextIO | None = None,
    ) -> None:
        self.total, self.title, self.unit, self.scale = total, title, unit, scale
        self.n_done = 0
        self.note = ""
        self._n_drawn = -1
        self._stream = stream or sys.stderr
        terminal = self._stream.isatty()
        self._visible = is_shown(show, self._stream)
        self._wanted = show is not False
        self._lock, self._ended = threading.Lock(), threading.Event()
        self._bar = _make_bar(total, title, self._stream) if self._visible and terminal and total else None
        self._interval = SECONDS_BETWEEN_DRAWINGS if self._bar else SECONDS_BETWEEN_LINES
        self._start = time.monotonic()
        self._last = self._start if _last_line is None else _last_line

    def __enter__(self) -> "Progress":
        if self._wanted:
            threading.Thread(target=self._beat, name="progress", daemon=True).start()
        return self

    def waiting(self) -> "Progress":
        """Show nothing before ten seconds without a line have passed, on a terminal, too; return this progress."""
        self._visible, self._interval = False, SECONDS_BETWEEN_LINES
        return self

    def update(self, n: int = 1, note: str = "") -> None:
        """Count `n` more as done; `note` is shown behind the rate until the next one."""
        self.n_done += n
        self.note = note
        if self._wanted and time.monotonic() - self._last >= self._interval:
            with self._lock:
                self._draw()

    def __exit__(self, *exception: object) -> None:
        self._ended.set()
        with self._lock:
            if (self._visible or self._n_drawn >= 0) and self._n_drawn < self.n_done:
                self._draw()
        if self._bar and self._bar.active:
            # The bar did not reach its end: end its line before anything is printed, such as an error.
            self._stream.write("\n")
            self._stream.flush()

    def _beat(self) -> None:
        """Draw when a step has taken so long that nothing was drawn for a while."""
        while not self._ended.wait(max(0.0, SECONDS_BETWEEN_LINES - self._silence())):
            with self._lock:
                if not self._ended.is_set() and self._silence() >= SECONDS_BETWEEN_LINES:
                    self._draw()

    def _silence(self) -> float:
        """Return the seconds since this loop, or a loop within it, has written a line."""
        return time.monotonic() - max(self._last, self._last if _last_line is None else _last_line)

    def _draw(self) -> None:
        global _last_line
        self._last, self._n_drawn = time.monotonic(), self.n_done
        _last_line = None if _last_line is None else self._last
        rate = self.n_done / max(self._last - self._start, 1e-6)
        if self._bar:
            rates = (f"{self._rate(rate)} {self.unit}/s", f"{self._rate(rate)}/s")
            self._bar.draw(self.n_done, *(", ".join(filter(None, [shown, self.note])) for shown in rates))
        else:
            self._stream.write(self._line(rate) + "\n")
            self._stream.flush()

    def _line(self, rate: float) -> str:
        parts = [f"{self._rate(rate)} {self.unit}/s"]
        done = self._count(self.n_done)
        if self.total:
            done += f" of {self._count(self.total)} {self.unit} ({self.n_done / self.total:.0%})"
            left = timedelta(seconds=round(max(0, self.total - self.n_done) / rate)) if rate else "unknown time"
            parts.append(f"{left} left")
        else:
            done += f" {self.unit}"
        return f"{self.title}: " + ", ".join([done, *parts, *filter(None, [self.note])])

    def _rate(self, rate: float) -> str:
        """Return a rate, with digits where the units are slow."""
        return f"{rate:.2g}" if 0 < rate < 10 and self.scale == 1 else self._count(rate)

    def _count(self, n: float) -> str:
        return f"{n / self.scale:,.{0 if self.scale == 1 else 1}f}"


def _make_bar(total: int, title: str, stream: TextIO) -> "ProgressBar":
    from movieclassifier.system.progress_bar import ProgressBar  # pyprind imports psutil, which no other output needs

    return ProgressBar(total, title, stream)
