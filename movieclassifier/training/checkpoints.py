"""Checkpoints: the trainer's whole state in one file, with the plan that it belongs to."""

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.system.atomic import replace_file, sync_folder
from movieclassifier.system.npz import NPZ_ERRORS, NpzFile, open_npz, write_npz
from movieclassifier.training.checkpoint_facts import CheckpointFacts
from movieclassifier.training.plan import Plan

# A run under way has a checkpoint, and a cache where it takes several passes; a finished one has a trainer state. One
# by shards has its weights and its counts.
CHECKPOINT = "checkpoint.npz"
WEIGHTS, COUNTS = "shards.npz", "shards-counts.npz"
CACHE = "minibatches.cache"
STATE = "trainer.npz"
MODEL_FILES = ("classifier.npz", "classifier.pkl", "stopwords.pkl")
MAX_FACTS_BYTES = 2**26
# Arrays of one row of weights, and those that all rows share.
ARRAYS_PER_ROW, SHARED_ARRAYS = 14, 8

Arrays = dict[str, NDArray[Any]]


def save_checkpoint(path: str | os.PathLike[str], facts: CheckpointFacts, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write a checkpoint, atomically.

    Parameters
    ----------
    path : str or path-like
    facts : CheckpointFacts
    arrays : mapping of str to ndarray
        The trainer's state.
    """
    members = {"facts": np.frombuffer(facts.to_json().encode(), dtype=np.uint8), **arrays}
    with replace_file(path) as file:
        write_npz(file, members)


def load_checkpoint(path: str | os.PathLike[str]) -> tuple[CheckpointFacts, Arrays]:
    """Read what :func:`save_checkpoint` wrote.

    Raises
    ------
    ValueError
        If there is not a checkpoint, or it is damaged.
    """
    if not Path(path).is_file():
        raise ValueError(f"{path}: there is no checkpoint to go on from; start without resume=True or continue_=True.")
    try:
        with open_npz(path) as file:
            facts = _read_facts(file)
            # The arrays are not compressed, so that together they take less than the file.
            n_names = ARRAYS_PER_ROW * len(facts.plan.classes) + SHARED_ARRAYS
            return facts, file.read_all(n_names, os.path.getsize(path), without=("facts",))
    except (OSError, *NPZ_ERRORS) as error:
        what = f"it lacks {error}" if isinstance(error, KeyError) else str(error) or type(error).__name__
        raise ValueError(
            f"{path} is not a checkpoint, or is damaged ({what}); start without resume=True or continue_=True."
        ) from error


def _read_facts(file: NpzFile) -> CheckpointFacts:
    return CheckpointFacts.from_json(file.read("facts", MAX_FACTS_BYTES).tobytes())


def load_checkpoint_facts(path: str | os.PathLike[str]) -> CheckpointFacts | None:
    """Read only the facts of a checkpoint; None if it is missing or cannot be read."""
    try:
        with open_npz(path) as file:
            return _read_facts(file)
    except (OSError, *NPZ_ERRORS):
        return None


def resumable(folder: str | os.PathLike[str], plan: Plan, continue_: bool) -> Path:
    """Return the checkpoint that ``--resume`` goes on from.

    If there is only the state of the same run, which had already finished, this becomes the checkpoint again.

    Parameters
    ----------
    folder : str or path-like
    plan : Plan
        The plan to go on with.
    continue_ : bool
        Whether the run is one of ``--continue``.
    """
    checkpoint, state = Path(folder, CHECKPOINT), Path(folder, STATE)
    facts = None if checkpoint.exists() else load_checkpoint_facts(state)
    if facts is not None and facts.belongs_to(plan, continue_):
        os.replace(state, checkpoint)
    return checkpoint


def check_finished(folder: str | os.PathLike[str]) -> None:
    """Refuse ``--continue`` where a run is under way and none has finished.

    Raises
    ------
    ValueError
    """
    checkpoint = Path(folder, CHECKPOINT)
    if load_checkpoint_facts(checkpoint) is not None and not Path(folder, STATE).exists():
        raise ValueError(f"{checkpoint}: this run has not finished; finish it with resume=True before continue_=True.")


def keep_finished(folder: str | os.PathLike[str]) -> bool:
    """Keep the checkpoint of a fit that has taken its last step for ``--continue``; tell whether there is one."""
    checkpoint = Path(folder, CHECKPOINT)
    facts = load_checkpoint_facts(checkpoint)
    if facts is None or not facts.is_finished:
        return False
    os.replace(checkpoint, Path(folder, STATE))
    sync_folder(folder)
    return True


def keep_state(folder: str | os.PathLike[str]) -> None:
    """Keep the state of a finished fit for ``--continue``; if there is none, remove that of an earlier fit."""
    if not keep_finished(folder):
        remove_state(folder)


def remove_state(folder: str | os.PathLike[str]) -> None:
    """Remove the state and the checkpoint of all fits in a folder."""
    for name in (CHECKPOINT, STATE):
        Path(folder, name).unlink(missing_ok=True)


def remove_saved(folder: str | os.PathLike[str]) -> None:
    """Remove the weights and counts of a run by shards, and what one has left that was killed while it wrote them."""
    for name in (WEIGHTS, COUNTS):
        for path in (Path(folder, name), *Path(folder).glob(f".{name}.*.tmp")):
            path.unlink(missing_ok=True)


def clear(folder: str | os.PathLike[str], keep: Collection[str] = ()) -> None:
    """Remove what a killed run has left: its temporary files, its checkpoint and its cache, except those in `keep`.

    The checkpoint of a finished fit is kept for ``--continue``.
    """
    if CHECKPOINT not in keep:
        keep_finished(folder)
    for name in (CHECKPOINT, *MODEL_FILES):
        for path in Path(folder).glob(f".{name}.*.tmp"):
            path.unlink(missing_ok=True)
    for name in {CHECKPOINT, CACHE}.difference(keep):
        Path(folder, name).unlink(missing_ok=True)
