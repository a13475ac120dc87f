"""The plan of a run that has begun, in the folder of its model: ``--resume`` needs it before the first checkpoint."""

import json
import os
from pathlib import Path

from movieclassifier.system.atomic import replace_file
from movieclassifier.training.checkpoints import CHECKPOINT, STATE, WEIGHTS, clear, load_checkpoint_facts, remove_saved
from movieclassifier.training.plan import Plan

BEGUN = "training.json"
MAX_BYTES = 2**24


def begin(folder: str | os.PathLike[str], plan: Plan, *, resume: bool = False, continue_: bool = False) -> None:
    """Keep the plan of a run that begins, and remove what earlier ones have left that have not finished.

    A run that is resumed keeps the plan that its checkpoint has. One of ``--continue`` keeps none: its options have to
    be given again.

    Raises
    ------
    OSError
    ValueError
        If a different run is to be resumed that has finished.
    """
    if continue_:
        remove_begun(folder)
        return
    if not resume:
        clear(folder)
        remove_saved(folder)
    elif any(Path(folder, name).exists() for name in (CHECKPOINT, WEIGHTS)):
        return
    elif not Path(folder, BEGUN).exists():
        finished = load_checkpoint_facts(Path(folder, STATE))
        if finished is not None and not finished.belongs_to(plan, continue_=False):
            raise ValueError(
                f"{folder}: a training of another corpus, or with other settings, has finished here, and there is "
                "nothing to go on from; start without resume=True."
            )
    with replace_file(Path(folder, BEGUN), "w") as file:
        file.write(json.dumps(plan.to_dict()))


def load_begun(folder: str | os.PathLike[str]) -> Plan | None:
    """Read the plan of the run that has begun and not finished; None if there is none.

    Raises
    ------
    OSError
    ValueError
        If the file is damaged.
    """
    path = Path(folder, BEGUN)
    if not os.path.lexists(path):
        return None
    try:
        if not path.is_file():
            raise ValueError("it is no file")
        with open(path, "rb") as file:
            return Plan.from_dict(json.loads(file.read(MAX_BYTES)))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is damaged ({error}); start without resume=True.") from error


def has_finished(folder: str | os.PathLike[str]) -> bool:
    """Tell whether there is a model, and nothing of a run that could go on."""
    under_way = (BEGUN, CHECKPOINT, STATE, WEIGHTS)
    return Path(folder, "classifier.npz").exists() and not any(Path(folder, name).exists() for name in under_way)


def remove_begun(folder: str | os.PathLike[str]) -> None:
    """Remove the plan of a run whose model is written, and what one has left that was killed while it wrote it."""
    for path in (Path(folder, BEGUN), *Path(folder).glob(f".{BEGUN}.*.tmp")):
        path.unlink(missing_ok=True)
