"""A file that is named twice, which is a slip: its documents would be both trained on and tested on."""

import os
from collections.abc import Sequence


def check_named_once(paths: Sequence[str | os.PathLike[str]]) -> None:
    """Refuse a file or folder that is named twice, also by two names for it.

    Parameters
    ----------
    paths : sequence of str or path-like
        Of files, folders, patterns or addresses.

    Raises
    ------
    ValueError
        With the second name.

    Examples
    --------
    >>> check_named_once(["a.csv", "b.csv", "./a.csv"])
    Traceback (most recent call last):
    ...
    ValueError: ./a.csv: this is named twice, and each of its documents would count twice; name it once.
    """
    named = set()
    for path in paths:
        place = os.path.realpath(path)
        if place in named:
            raise ValueError(f"{path}: this is named twice, and each of its documents would count twice; name it once.")
        named.add(place)
