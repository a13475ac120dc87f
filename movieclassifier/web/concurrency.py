"""The number of workers."""

import os

# More processes than any machine needs: a slip of the finger must not stop it.
MAX_WORKERS = 512


def number_of_workers(value: str | None) -> int:
    """Return the number of workers that ``WEB_CONCURRENCY`` names; by default one for each core, at most four.

    Raises
    ------
    ValueError
        If it is not a whole number from 1 to 512.

    Examples
    --------
    >>> number_of_workers("3")
    3
    >>> number_of_workers("auto")
    Traceback (most recent call last):
    ValueError: WEB_CONCURRENCY must be a whole number above 0, the number of workers; got 'auto'.
    """
    if not value or not value.strip():
        return min(os.cpu_count() or 1, 4)
    if not value.strip().isdecimal() or int(value) < 1:
        raise ValueError(f"WEB_CONCURRENCY must be a whole number above 0, the number of workers; got {value!r}.")
    if int(value) > MAX_WORKERS:
        raise ValueError(f"WEB_CONCURRENCY must be at most {MAX_WORKERS}, the number of workers; got {value!r}.")
    return int(value)
