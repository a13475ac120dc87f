"""Checkpoints: the trainer's whole state in one file, with the plan that it belongs to."""

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.atomic import replace_file

CHECKPOINT = "checkpoint.npz"
CACHE = "minibatches.cache"


def save_checkpoint(path: str | os.PathLike[str], facts: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> None:
    """Write a checkpoint, atomically.

    Parameters
    ----------
    path : str or path-like
    facts : dict
        What JSON can hold; ``facts["plan"]`` says what the checkpoint belongs to.
    arrays : dict of str to ndarray
        The trainer's state.
    """
    members: dict[str, Any] = {"facts": np.frombuffer(json.dumps(facts).encode(), dtype=np.uint8), **arrays}
    with replace_file(path) as file:
        np.savez(file, allow_pickle=False, **members)


def load_checkpoint(path: str | os.PathLike[str]) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Read what :func:`save_checkpoint` wrote.

    Raises
    ------
    ValueError
        If there is no checkpoint, or it is damaged.
    """
    if not Path(path).is_file():
        raise ValueError(f"{path}: there is no checkpoint to go on from; start without --resume or --continue.")
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        return json.loads(arrays.pop("facts").tobytes()), arrays
    except (ValueError, KeyError, EOFError, OSError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path} is no checkpoint, or is damaged ({error}); start without --resume.") from error


def check_plan(path: str | os.PathLike[str], found: dict[str, Any], wanted: dict[str, Any]) -> None:
    """Refuse a checkpoint of another corpus, recipe or setting.

    Raises
    ------
    ValueError
        Naming everything that differs.
    """
    differences = [
        f"{name} was {_short(found.get(name))}, is {_short(wanted.get(name))}"
        for name in sorted(found.keys() | wanted.keys())
        if found.get(name) != wanted.get(name)
    ]
    if differences:
        raise ValueError(f"{path} belongs to another run: {'; '.join(differences)}. Start again without --resume.")


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
