"""The plan of a run that has begun, in the folder of its model: ``--resume`` needs it before the first checkpoint."""

import json
import os
from pathlib import Path

from movieclassifier.system.atomic import replace_file
from movieclassifier.training.plan import Plan

BEGUN = "training.json"
MAX_BYTES = 2**26


def save_begun(folder: str | os.PathLike[str], plan: Plan) -> None:
    """Write the plan of a run that begins.

    Raises
    ------
    OSError
    """
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
    if not path.exists():
        return None
    try:
        with open(path, "rb") as file:
            return Plan.from_dict(json.loads(file.read(MAX_BYTES)))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is damaged ({error}); start without resume=True.") from error


def remove_begun(folder: str | os.PathLike[str]) -> None:
    """Remove the plan of a run, which has finished."""
    Path(folder, BEGUN).unlink(missing_ok=True)
