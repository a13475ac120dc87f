"""Measure processes from outside, and summarise repeats."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

# A process finds its modules compiled, as every one but the first of an installation does.
KEEP_BYTECODE = {"PYTHONDONTWRITEBYTECODE": ""}
# One thread each for whatever computes in a library; what the contenders' own threads do is said in their names.
ONE_BLAS_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass(frozen=True)
class Cost:
    """What a process took: seconds by the clock, seconds of CPU in all of its threads, peak memory in MB (10**6).

    `answer` is the JSON object in the last line of its output, if there is one.
    """

    seconds: float
    cpu: float
    megabytes: float
    answer: dict[str, Any] = field(default_factory=dict)


def run(command: list[str], env: Mapping[str, str] | None = None) -> Cost:
    """Run a process to its end.

    Raises
    ------
    RuntimeError
        If it fails, with what it said.
    """
    # Linux counts what this process held at the start to the peak of the new one, so nothing large is imported here.
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=out, stderr=err, env={**os.environ, **KEEP_BYTECODE, **ONE_BLAS_THREAD, **(env or {})}
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        said = [file.read().decode(errors="replace") for file in (out, err) if file.seek(0) == 0]
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed with {process.returncode}:\n{said[1] or said[0]}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit / 1e6, _answer(said[0]))


def _answer(output: str) -> dict[str, Any]:
    """Return the JSON object that the output ends with."""
    start = 0 if output.startswith("{") else output.rfind("\n{") + 1
    try:
        answer = json.loads(output[start:])
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def total(costs: Iterable[Cost]) -> Cost:
    """Return the cost of processes that run one after the other."""
    costs = list(costs)
    answer = {name: value for cost in costs for name, value in cost.answer.items()}
    return Cost(
        sum(cost.seconds for cost in costs),
        sum(cost.cpu for cost in costs),
        max(cost.megabytes for cost in costs),
        answer,
    )


@dataclass(frozen=True)
class Spread:
    """Median and range of repeats."""

    median: float
    lowest: float
    highest: float
    n: int

    @classmethod
    def of(cls, values: Iterable[float]) -> "Spread":
        """Summarise repeats."""
        values = list(values)
        return cls(statistics.median(values), min(values), max(values), len(values))

    def __str__(self) -> str:
        """Return the median, and the range where there is one."""
        if self.n == 1:
            return three_digits(self.median)
        return f"{three_digits(self.median)} ({three_digits(self.lowest)}–{three_digits(self.highest)})"


def three_digits(value: float) -> str:
    """Write a number with three digits that count, at most three behind the point.

    Examples
    --------
    >>> three_digits(0.01234), three_digits(4.567), three_digits(1234.5)
    ('0.012', '4.57', '1234')
    """
    return f"{value:.{max(0, min(3, 2 - len(str(int(value))) + 1))}f}"
