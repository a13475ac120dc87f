"""Go on with a fit: after an interruption, or on a new corpus with what the last run has learned."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from movieclassifier.training.checkpoint_facts import (
    NOT_COMPARED,
    OF_THE_CORPUS,
    CheckpointFacts,
    check_plan,
    refuse_differences,
)
from movieclassifier.training.checkpoints import (
    CHECKPOINT,
    STATE,
    Arrays,
    check_finished,
    keep_finished,
    load_checkpoint,
    load_checkpoint_facts,
    resumable,
)
from movieclassifier.training.passes import drop_cache
from movieclassifier.training.plan import Corpus
from movieclassifier.training.steps import Fit


def resume(fit: Fit, continue_: bool = False) -> None:
    """Go on from the checkpoint of the same run.

    Parameters
    ----------
    fit : Fit
        At its start.
    continue_ : bool
        Whether that run was started by :func:`continue_from`.

    Raises
    ------
    ValueError
        If there is not a checkpoint, or it is damaged or belongs to a different run.
    """
    path = resumable(_own_folder(fit), fit.plan, continue_)
    facts, arrays = _read(fit, path, without=NOT_COMPARED)
    if facts.is_continuation != continue_:
        refuse_differences(path, {"continue_": (facts.is_continuation, continue_)})
    if facts.n_steps_done or not continue_:
        fit.start_after(facts.plan.earlier)
        _take(fit, path, arrays)
    else:
        _start_from_state(fit)
        check_plan(path, facts.plan, replace(fit.plan, allow_sorted=facts.plan.allow_sorted))
    fit.n_steps_done = facts.n_steps_done
    fit.prequential.curve, fit.prequential.since_point = facts.curve, facts.since_point
    if not fit.plan.allow_sorted:
        fit.label_order.runs.run = facts.label_run


def continue_from_state(fit: Fit) -> None:
    """Start on a new corpus with what the latest finished run, of the same recipe and classes, has learned.

    A first checkpoint, which holds no arrays, tells ``--resume`` that this run was started after that one.

    Parameters
    ----------
    fit : Fit
        At its start.

    Raises
    ------
    ValueError
        If no run has finished, or its state is damaged or of a different recipe or different classes.
    """
    folder = _own_folder(fit)
    keep_finished(folder)
    check_finished(folder)
    _start_from_state(fit)
    fit.save(with_arrays=False)


def give_up(fit: Fit) -> list[str]:
    """Remove files that --resume cannot use; return a sentence that says how to go on, if that is possible."""
    facts = None if fit.folder is None else load_checkpoint_facts(fit.folder / CHECKPOINT)
    if facts is not None and facts.n_steps_done:
        return ["Repeat it with resume=True to go on from the last checkpoint."]
    drop_cache(fit.folder)
    return []


def _start_from_state(fit: Fit) -> None:
    path = _own_folder(fit) / STATE
    facts, arrays = _read(fit, path, without=OF_THE_CORPUS)
    last: Corpus = (facts.plan.sha256, facts.plan.n_train, facts.plan.corpus)
    fit.start_after((*facts.plan.earlier, last))
    _take(fit, path, arrays)


def _own_folder(fit: Fit) -> Path:
    if fit.folder is None:
        raise ValueError("there is no checkpoint without a model folder; pass model_dir.")
    return fit.folder


def _read(fit: Fit, path: Path, without: Collection[str]) -> tuple[CheckpointFacts, Arrays]:
    """Read a checkpoint of the same plan, some settings aside."""
    facts, arrays = load_checkpoint(path)
    check_plan(path, facts.plan, fit.plan, without)
    return facts, arrays


def _take(fit: Fit, path: Path, arrays: Arrays) -> None:
    """Load the trainer's state, which was read from a checkpoint."""
    try:
        fit.trainer.load_state(arrays)
    except ValueError as error:
        raise ValueError(f"{path} is damaged: {error}; start without resume=True or continue_=True.") from error
