"""Checkpoints: the trainer's whole state in one file, with the plan that it belongs to."""

import json
import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.system.atomic import replace_file, sync_folder
from movieclassifier.system.npz import NPZ_ERRORS, write_npz

FORMAT = 1
# A run under way has a checkpoint, and a cache where it takes several passes; a finished one has a trainer state.
CHECKPOINT = "checkpoint.npz"
CACHE = "minibatches.cache"
STATE = "trainer.npz"
MODEL_FILES = ("classifier.npz", "classifier.pkl", "stopwords.pkl")
# What a resumed run need not repeat: the first is for the checkpoint to say, the others decide no bits.
NOT_COMPARED = ("earlier", "allow_sorted", "corpus", "label_names")


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
    text = json.dumps({"format": FORMAT, **facts})
    members = {"facts": np.frombuffer(text.encode(), dtype=np.uint8), **arrays}
    with replace_file(path) as file:
        write_npz(file, members)


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
        # Opened here, because numpy leaves a file open that it finds to be no archive.
        with open(path, "rb") as content, np.load(content, allow_pickle=False) as file:
            facts = _facts(file["facts"])
            return facts, {name: file[name] for name in file.files if name != "facts"}
    except (OSError, *NPZ_ERRORS) as error:
        raise ValueError(f"{path} is no checkpoint, or is damaged ({error}); start without --resume.") from error


def load_facts(path: str | os.PathLike[str]) -> dict[str, Any] | None:
    """Read only the facts of a checkpoint; None where there is none that can be read."""
    try:
        with open(path, "rb") as content, np.load(content, allow_pickle=False) as file:
            return _facts(file["facts"])
    except (OSError, *NPZ_ERRORS):
        return None


def _facts(array: NDArray[np.uint8]) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(array.tobytes())
    if facts["format"] != FORMAT:
        raise ValueError(f"its format is {facts['format']!r}, this version reads {FORMAT}")
    missing = {"plan", "n_steps_done", "n_steps", "curve", "since_point"} - facts.keys()
    if missing:
        raise ValueError(f"it lacks {', '.join(sorted(missing))}")
    n_done, n_steps = facts["n_steps_done"], facts["n_steps"]
    if not (isinstance(n_done, int) and isinstance(n_steps, int) and 0 <= n_done <= n_steps):
        raise ValueError(f"{n_done!r} of {n_steps!r} steps are no number of steps")
    points = [*facts["curve"], facts["since_point"]]
    if not all(len(point) == 2 and all(isinstance(number, int | float) for number in point) for point in points):
        raise ValueError("its learning curve is none")
    run = facts.get("label_run", [-1, 0])
    if not (len(run) == 2 and all(isinstance(number, int) for number in run)):
        raise ValueError("its run of one label is none")
    return facts


def check_plan(
    path: str | os.PathLike[str], found: dict[str, Any], wanted: dict[str, Any], without: Collection[str] = ()
) -> None:
    """Refuse a checkpoint of another corpus, recipe or setting, those of `without` aside.

    Raises
    ------
    ValueError
        Naming everything that differs.
    """
    before, now = (_settings(plan, without) for plan in (found, wanted))
    names = [found.get("label_names"), wanted.get("label_names")]
    shown = [before, now] if not all(names) else [before | {"classes": names[0]}, now | {"classes": names[1]}]
    differences = [
        "{} was {}, is {}".format(name, *(_short(settings.get(name)) for settings in shown))
        for name in sorted(before.keys() | now.keys())
        if before.get(name) != now.get(name)
    ]
    if differences:
        raise ValueError(
            f"{path} belongs to another run: {'; '.join(differences)}. "
            "Repeat that run's corpus and options, or start again without --resume and --continue."
        )


def _settings(plan: dict[str, Any], without: Collection[str]) -> dict[str, Any]:
    """Return what decides the bits of a plan, each setting of the recipe and of the reading by itself."""
    settings = {name: value for name, value in plan.items() if name not in ("corpus", "label_names", *without)}
    recipe, reading = settings.pop("recipe", {}), settings.pop("reading", "{}")
    named = {"recipe" if name == "name" else name: value for name, value in recipe.items()}
    return settings | named | (json.loads(reading) if reading.startswith("{") else {"reading": reading})


def _short(value: Any) -> str:
    text = json.dumps(value)
    if len(text) > 80 and isinstance(value, list):
        return f"{len(value):,} of them"
    return text if len(text) <= 80 else f"{text[:77]}..."


def is_finished(facts: dict[str, Any] | None) -> bool:
    """Tell whether a checkpoint is that of a fit that has taken its last step."""
    return facts is not None and bool(facts["n_steps_done"] == facts["n_steps"])


def resumable(folder: str | os.PathLike[str], plan: dict[str, Any], go_on: bool) -> Path:
    """Return the checkpoint that ``--resume`` goes on from.

    Where there is none but the state of the same run, which had already finished, this becomes the checkpoint again.

    Parameters
    ----------
    folder : str or path-like
    plan : dict
        The plan to go on with.
    go_on : bool
        Whether the run is one of ``--continue``.
    """
    checkpoint, state = Path(folder, CHECKPOINT), Path(folder, STATE)
    facts = None if checkpoint.exists() else load_facts(state)
    if belongs_to(facts, plan, go_on):
        os.replace(state, checkpoint)
    return checkpoint


def belongs_to(facts: dict[str, Any] | None, plan: dict[str, Any], go_on: bool) -> bool:
    """Tell whether a checkpoint is one that a run with this plan, and with or without ``--continue``, can go on from.

    Only a run of ``--continue`` comes after earlier corpora: their names alone are left for the checkpoint to say.
    """
    ignored = dict.fromkeys(NOT_COMPARED)
    return facts is not None and bool(facts["plan"] | ignored == plan | ignored) and is_continuation(facts) == go_on


def is_continuation(facts: dict[str, Any]) -> bool:
    """Tell whether a checkpoint is that of a run of ``--continue``."""
    return bool(facts["plan"]["earlier"])


def check_finished(folder: str | os.PathLike[str]) -> None:
    """Refuse ``--continue`` where a run is under way and none has finished.

    Raises
    ------
    ValueError
    """
    checkpoint = Path(folder, CHECKPOINT)
    if load_facts(checkpoint) is not None and not Path(folder, STATE).exists():
        raise ValueError(
            f"{checkpoint}: this run has not finished; finish it with --resume before you --continue from it."
        )


def keep_finished(folder: str | os.PathLike[str]) -> bool:
    """Keep the checkpoint of a fit that has taken its last step for ``--continue``; tell whether there is one."""
    checkpoint = Path(folder, CHECKPOINT)
    if not is_finished(load_facts(checkpoint)):
        return False
    os.replace(checkpoint, Path(folder, STATE))
    sync_folder(folder)
    return True


def keep_state(folder: str | os.PathLike[str]) -> None:
    """Keep what a finished fit left for ``--continue``; without it, remove what an earlier one left."""
    if not keep_finished(folder):
        for name in (CHECKPOINT, STATE):
            Path(folder, name).unlink(missing_ok=True)


def clear(folder: str | os.PathLike[str], keep: Collection[str] = ()) -> None:
    """Remove what a run that was killed has left: its temporary files, and what only --resume wants but for `keep`.

    The checkpoint of a finished fit is kept for ``--continue``.
    """
    if CHECKPOINT not in keep:
        keep_finished(folder)
    for name in (CHECKPOINT, *MODEL_FILES):
        for path in Path(folder).glob(f".{name}.*.tmp"):
            path.unlink(missing_ok=True)
    for name in {CHECKPOINT, CACHE}.difference(keep):
        Path(folder, name).unlink(missing_ok=True)
