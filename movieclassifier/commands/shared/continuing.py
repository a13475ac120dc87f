"""The options of an earlier run that is continued or resumed, so that they need not be typed again."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from movieclassifier.commands.shared.edge import is_given, warn
from movieclassifier.corpora.reading import ReadingOptions
from movieclassifier.training.options import RunOptions

if TYPE_CHECKING:  # most runs start from the beginning, and --help needs no numpy
    from movieclassifier.training.plan import Plan

# Options of a training that the state of the last run knows, and what its plan calls them.
KNOWN = {"recipe": "recipe", "minibatch_size": "minibatch_size", "seed": "seed"}


def check_state(run: RunOptions) -> None:
    """Refuse ``--continue`` where the last run has not kept its state.

    Raises
    ------
    ValueError
    """
    from movieclassifier.training.checkpoints import CHECKPOINT, STATE

    folder = Path(run.model_dir)
    has_state = any((folder / name).exists() for name in (STATE, CHECKPOINT))
    if run.continue_ and (folder / "classifier.npz").exists() and not has_state:
        raise ValueError(
            f"{folder / STATE}: this model was trained without --keep-state, so there is nothing to continue from. "
            "Train it again with --keep-state, or train on both corpora at once."
        )


def settings_of_last_run(run: RunOptions, n_shards: int | None) -> dict[str, Any]:
    """Return the recipe and the settings of the run that ``--continue`` goes on from, unless they are given now.

    Parameters
    ----------
    run : RunOptions
    n_shards : int or None
        Parts that are to be trained side by side.

    Raises
    ------
    ValueError
        If there is nothing to continue from, or shards are asked for.
    """
    from movieclassifier.training.planning import earlier_plan

    if run.on is not None or (n_shards or 1) > 1:
        raise ValueError("--continue goes on from one trainer, and shards have many; leave out --shards and --on.")
    check_state(run)
    plan = earlier_plan(run)
    return {name: getattr(plan, field) for name, field in KNOWN.items() if plan is not None and not is_given(name)}


def settings_to_resume(run: RunOptions, reading: ReadingOptions) -> dict[str, Any]:
    """Return the options of the run whose checkpoint ``--resume`` goes on from, unless they are given now.

    Parameters
    ----------
    run : RunOptions
    reading : ReadingOptions
        Of the command line; kept if any of its options is given.

    Raises
    ------
    OSError
    ValueError
        If the run has finished, or what it has left is damaged.
    """
    from movieclassifier.training.begun_run import has_finished

    plan = _plan_to_resume(run)
    if plan is None:
        if has_finished(run.model_dir):
            raise ValueError(
                f"{run.model_dir}: the training of this model has finished, and there is nothing to go on from; start "
                "without resume=True to train it again."
            )
        warn([f"no run has begun in {run.model_dir}; options that are not given now have their defaults."])
        return {}
    asked, chosen = _asked_of(plan, run)
    if is_given("n_train") or is_given("n_holdout"):  # either decides the other
        del asked["n_train"], asked["n_holdout"]
    settings = {name: getattr(plan, name) for name in (*KNOWN.values(), "n_keep", "n_shards")} | asked
    return {"reading": reading if reading.given() else chosen} | {
        name: value for name, value in settings.items() if not is_given(name)
    }


def _asked_of(plan: "Plan", run: RunOptions) -> tuple[dict[str, Any], ReadingOptions]:
    """Return the options of the evaluation and of the reader that a plan has kept."""
    try:
        asked = json.loads(plan.asked)
        reading = ReadingOptions.from_given(asked.pop("reading", {}))
        kinds = {"n_train": int, "n_holdout": int, "test": str, "test_format": str}
        if asked.keys() != kinds.keys():
            raise ValueError(f"its options are {', '.join(asked)}")
        for name, value in asked.items():
            if value is not None and type(value) is not kinds[name]:
                raise ValueError(f"its {name} is {value!r:.80}")
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        what = f"{run.model_dir}: what the run has left is damaged ({error}); start without resume=True."
        raise ValueError(what) from error
    return asked, reading


def _plan_to_resume(run: RunOptions) -> "Plan | None":
    """Return the plan of the run that was interrupted last, on one machine or by shards, or that has finished."""
    from movieclassifier.training.begun_run import load_begun
    from movieclassifier.training.checkpoints import CHECKPOINT, STATE, WEIGHTS, load_checkpoint_facts
    from movieclassifier.training.shards.saved_passes import load_pass_facts

    folder = Path(run.model_dir)
    if (begun := load_begun(folder)) is not None:
        return begun
    under_way = {
        folder / CHECKPOINT: load_checkpoint_facts(folder / CHECKPOINT),
        folder / WEIGHTS: load_pass_facts(folder),
    }
    if under_way[folder / WEIGHTS] is None and (folder / WEIGHTS).exists():
        raise ValueError(f"{folder / WEIGHTS} is damaged, or of a different version; start without --resume.")
    latest_first = sorted(under_way, key=lambda path: path.stat().st_mtime if path.exists() else 0, reverse=True)
    found = [under_way[path] for path in latest_first] + [load_checkpoint_facts(folder / STATE)]
    return next((facts.plan for facts in found if facts is not None and facts.plan.asked), None)


def metadata_of(run: RunOptions) -> Mapping[str, Any]:
    """Return where the model in the folder of a run came from; empty if there is none."""
    from movieclassifier.models.origin import load_record_facts

    facts = load_record_facts(run.model_dir)
    return {} if facts is None else facts["metadata"]
