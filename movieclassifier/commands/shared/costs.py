"""The costs of a command, which it tells at its end."""

import time
from collections.abc import Callable

from movieclassifier.system.memory import peak_megabytes


def measure_costs() -> Callable[[], dict[str, float]]:
    """Return a function that tells the seconds since now and the peak memory of this process, in MB."""
    start = time.perf_counter()
    return lambda: {"seconds": round(time.perf_counter() - start, 3), "peak_MB": round(peak_megabytes())}
