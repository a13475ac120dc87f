"""Checkpoints: the trainer's whole state in one file, with the plan that it belongs to."""

import json
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from movieclassifier.system.atomic import replace_file, sync_folder
from movieclassifier.system.npz import NPZ_ERRORS, NpzFile, open_npz, write_npz
from movieclassifier.training.plan import Plan

FORMAT = 3  # 2 held zeros too; 1 was written before the default tokenizer folded quotes, marks and references
# A run under way has a checkpoint, and a cache where it takes several passes; a finished one has a trainer state.
CHECKPOINT = "checkpoint.npz"
CACHE = "minibatches.cache"
STATE = "trainer.npz"
MODEL_FILES = ("classifier.npz", "classifier.pkl", "stopwords.pkl")
# Settings that a resumed run need not repeat: the checkpoint tells the first, the others decide no bits.
NOT_COMPARED = ("earlier", "allow_sorted", "corpus", "label_names", "asked")
# Settings that a corpus of its own may change: all but the recipe and the classes.
OF_THE_CORPUS = tuple(name for name in Plan.__dataclass_fields__ if name not in ("recipe", "classes"))

MAX_FACTS_BYTES = 2**26
# Arrays of one row of weights, and those that all rows share.
ARRAYS_PER_ROW, SHARED_ARRAYS = 14, 8

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class CheckpointFacts:
    """The progress of a fit.

    Attributes
    ----------
    plan : Plan
    n_steps_done, n_steps : int
        Minibatches visited, and minibatches in all passes.
    curve : list of (int, float)
        Points of the prequential curve.
    since_point : tuple of (int, int)
        Right and tested documents since the last point.
    label_run : tuple of (int, int)
        Position of the last label, and how many documents in a row have had it.
    """

    plan: Plan
    n_steps_done: int
    n_steps: int
    curve: list[tuple[int, float]]
    since_point: tuple[int, int]
    label_run: tuple[int, int] = (-1, 0)

    @property
    def is_finished(self) -> bool:
        """Whether the fit has taken its last step."""
        return self.n_steps_done == self.n_steps

    @property
    def is_continuation(self) -> bool:
        """Whether the run is one of ``--continue``; only such a run comes after earlier corpora."""
        return bool(self.plan.earlier)

    def belongs_to(self, plan: Plan, continue_: bool) -> bool:
        """Tell whether a run with a plan, and with or without ``--continue``, can go on from here."""
        ignored = {name: getattr(plan, name) for name in NOT_COMPARED}
        return replace(self.plan, **ignored) == plan and self.is_continuation == continue_

    def to_json(self) -> str:
        """Return the facts as text."""
        return json.dumps({"format": FORMAT, **vars(self), "plan": self.plan.to_dict()})

    @classmethod
    def from_json(cls, text: str | bytes) -> "CheckpointFacts":
        """Read what :meth:`to_json` returned.

        Raises
        ------
        ValueError
            If it is anything else, or of a format that this version does not read.
        """
        facts = json.loads(text)
        if facts["format"] != FORMAT:
            raise ValueError(f"its format is {facts['format']!r:.80}, this version reads {FORMAT}")
        missing = cls.__dataclass_fields__.keys() - facts.keys() - {"label_run"}
        if missing:
            raise ValueError(f"it lacks {', '.join(sorted(missing))}")
        n_done, n_steps = facts["n_steps_done"], facts["n_steps"]
        if not (isinstance(n_done, int) and isinstance(n_steps, int) and 0 <= n_done <= n_steps):
            raise ValueError(f"the step count is invalid: {n_done!r:.20} of {n_steps!r:.20}")
        if not all(map(_is_pair, [*facts["curve"], facts["since_point"]])):
            raise ValueError("its learning curve is invalid")
        label_run = facts.get("label_run", [-1, 0])
        if not _is_pair(label_run) or not all(isinstance(number, int) for number in label_run):
            raise ValueError("its run of one label is invalid")
        curve = [(n, accuracy) for n, accuracy in facts["curve"]]
        plan, (n_correct, n_tested) = Plan.from_dict(facts["plan"]), facts["since_point"]
        return cls(
            plan,
            n_steps_done=n_done,
            n_steps=n_steps,
            curve=curve,
            since_point=(n_correct, n_tested),
            label_run=tuple(label_run),
        )


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(isinstance(number, int | float) for number in value)


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
        raise ValueError(f"{path}: there is no checkpoint to go on from; start without --resume or --continue.")
    try:
        with open_npz(path) as file:
            facts = _read_facts(file)
            # The arrays are not compressed, so that together they take less than the file.
            n_names = ARRAYS_PER_ROW * len(facts.plan.classes) + SHARED_ARRAYS
            return facts, file.read_all(n_names, os.path.getsize(path), without=("facts",))
    except (OSError, *NPZ_ERRORS) as error:
        what = f"it lacks {error}" if isinstance(error, KeyError) else str(error) or type(error).__name__
        raise ValueError(
            f"{path} is not a checkpoint, or is damaged ({what}); start without --resume or --continue."
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


def check_plan(path: str | os.PathLike[str], found: Plan, wanted: Plan, without: Collection[str] = ()) -> None:
    """Refuse a checkpoint of a different corpus, recipe or setting, those of `without` aside.

    Raises
    ------
    ValueError
        Naming everything that differs.
    """
    before, now = _settings(found, without), _settings(wanted, without)
    shown = [before, now]
    if found.label_names and wanted.label_names:
        shown = [before | {"classes": found.label_names}, now | {"classes": wanted.label_names}]
    refuse_differences(
        path,
        {
            name: (shown[0].get(name), shown[1].get(name))
            for name in sorted(before.keys() | now.keys())
            if before.get(name) != now.get(name)
        },
    )


def refuse_differences(path: str | os.PathLike[str], differences: Mapping[str, tuple[Any, Any]]) -> None:
    """Refuse a checkpoint if any setting differs.

    Parameters
    ----------
    path : str or path-like
    differences : mapping of str to pair
        By name, the value in the checkpoint and the value now.

    Raises
    ------
    ValueError
    """
    if differences:
        said = "; ".join(f"{name} was {_short(was)}, is {_short(now)}" for name, (was, now) in differences.items())
        raise ValueError(
            f"{path} belongs to a different run: {said}. "
            "Repeat that run's corpus and options, or start again without --resume and --continue."
        )


def _settings(plan: Plan, without: Collection[str]) -> dict[str, Any]:
    """Return what decides the bits of a plan, each setting of the recipe and of the reading by itself."""
    names = ("corpus", "label_names", "asked", *without)
    settings = {name: value for name, value in plan.to_dict().items() if name not in names}
    recipe, reading = settings.pop("recipe", {}), settings.pop("reading", "{}")
    named = {"recipe" if name == "name" else name: value for name, value in recipe.items()}
    return settings | named | (json.loads(reading) if reading.startswith("{") else {"reading": reading})


def _short(value: Any) -> str:
    text = json.dumps(value)
    if len(text) > 80 and isinstance(value, list):
        return f"{len(value):,} of them"
    return text if len(text) <= 80 else f"{text[:77]}..."


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
        raise ValueError(
            f"{checkpoint}: this run has not finished; finish it with --resume before you --continue from it."
        )


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
