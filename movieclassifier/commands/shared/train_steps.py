"""Steps before a fit on the command line: plan, and check what could stop the run."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from movieclassifier.commands.shared.corpus_options import report_bad_rows
from movieclassifier.commands.shared.edge import warn
from movieclassifier.commands.shared.trained_on import TRAINED_ON
from movieclassifier.corpora.corpus import Corpus
from movieclassifier.corpora.pieces import Excerpt
from movieclassifier.corpora.readers.contract import Document
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.scoring import score_documents
from movieclassifier.models.writing import wants_pickles
from movieclassifier.system.locking import lock_folder
from movieclassifier.training.begun_run import begin
from movieclassifier.training.capacity import check_capacity
from movieclassifier.training.checkpoints import WEIGHTS, load_checkpoint_facts, resumable
from movieclassifier.training.disk_space import bytes_to_write, check_disk, describe, size_of
from movieclassifier.training.fit import fit
from movieclassifier.training.options import RunOptions, TrainingOptions
from movieclassifier.training.plan import Plan
from movieclassifier.training.planning import MIN_SHARD, default_n_shards, earlier_plan, make_plan
from movieclassifier.training.sources import CorpusSource

if TYPE_CHECKING:
    from movieclassifier.training.engines.tasks import Engine
    from movieclassifier.training.scoring_tasks import Scored

# Fewer labels are those of a small trial.
MIN_DOUBTED = 10
# Bytes that a training says beforehand that it will write.
WORTH_SAYING = 2**30


def plan_run(
    source: CorpusSource, tested: CorpusSource | None, training: TrainingOptions, run: RunOptions
) -> tuple[Plan, int]:
    """Return the plan of a fit and the size of the holdout, and check everything that could stop the run later.

    The model folder is locked until the command ends. Bad rows that were skipped are listed on stderr, and a warning
    says if documents are both trained on and tested on.

    Parameters
    ----------
    source : CorpusSource
    tested : CorpusSource or None
        A separate corpus to evaluate on.
    training : TrainingOptions
    run : RunOptions

    Raises
    ------
    OSError, ValueError
        If there is too little to train or to evaluate on, nothing to continue from, no access to the model folder, or
        if a different training is at work there.
    """
    corpus, found = source.corpus, source.found
    report_bad_rows(found, corpus)
    earlier = earlier_plan(run)
    plan, n_holdout = make_plan(corpus, found, keep_as_before(training, earlier), with_test=tested is not None)
    if run.on is not None and training.n_shards is None:
        plan = replace(plan, n_shards=default_n_shards(plan.n_fit))
    warn(find_label_doubts(len(found.classes), found.n_documents))
    _warn_of_known_documents(plan, earlier, tested)
    if plan.n_shards > 1 and plan.n_fit < MIN_SHARD * plan.n_shards:
        n = plan.n_fit // plan.n_shards
        warn([f"a shard has about {n:,} documents; with fewer than {MIN_SHARD:,} the model is less accurate."])
    if plan.n_shards > 1 and run.keep_state:
        raise ValueError("--keep-state keeps the state of one trainer, and shards have many; leave it out.")
    check_capacity(plan.recipe, len(plan.classes))
    lock(Path(run.model_dir))
    _check_disk(plan, corpus, run)
    begin(run.model_dir, plan, resume=run.resume, continue_=run.continue_)
    return plan, n_holdout


def _check_disk(plan: Plan, corpus: Corpus, run: RunOptions) -> None:
    """Refuse a training that the disk has no room for, and say beforehand if it will write a lot."""
    needed = bytes_to_write(plan, size_of(corpus.paths), pickles=wants_pickles(run.model_dir, run.pickles))
    if not run.checkpoint_every and plan.n_shards == 1:
        needed["checkpoints"] = 0
    check_disk(run.model_dir, needed)
    if sum(needed.values()) > WORTH_SAYING:
        click.echo(f"Training writes up to {describe(needed)} into {run.model_dir}.", err=True)


def find_label_doubts(n_classes: int, n_documents: int) -> list[str]:
    """Return a doubt if there are nearly as many labels as documents, as in a column that does not hold labels.

    Examples
    --------
    >>> find_label_doubts(77, 100)
    ['there are 77 labels on 100 documents; is --label-column the column of the labels?']
    >>> find_label_doubts(77, 1000)
    []
    """
    if n_classes < MIN_DOUBTED or 2 * n_classes < n_documents:
        return []
    return [f"there are {n_classes:,} labels on {n_documents:,} documents; is --label-column the column of the labels?"]


def keep_as_before(training: TrainingOptions, earlier: Plan | None) -> TrainingOptions:
    """Return options that keep as many columns as the run that is continued, unless ``--keep`` says how many."""
    if training.n_keep is not None or earlier is None or earlier.n_keep is None:
        return training
    click.echo(f"Keeping {earlier.n_keep:,} columns, as before; --keep says otherwise.", err=True)
    return replace(training, n_keep=earlier.n_keep)


def _warn_of_known_documents(plan: Plan, earlier: Plan | None, tested: CorpusSource | None) -> None:
    """Warn if the figures will be from documents that are trained on."""
    before = {} if earlier is None else earlier.seen()
    if tested is not None:
        name = tested.corpus.names[0]
        if tested.found.sha256 in {plan.sha256, *before}:
            warn([f"{name} {TRAINED_ON}"])
    elif before.get(plan.sha256, 0) > plan.n_train:
        warn(["the model was trained on documents of this holdout before, so its figures are too good."])


def lock(folder: Path) -> None:
    """Make the model folder, and keep a different training out of it until the command ends."""
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
        raise PermissionError(13, "the model folder is not writable; pass a different --model", str(folder))
    click.get_current_context().with_resource(lock_folder(folder))


def fit_stream(
    documents: Excerpt | Iterator[Document], plan: Plan, run: RunOptions, engine: "Engine | None"
) -> Classifier:
    """Fit on one machine, or by shards on an engine, as the options say."""
    if plan.n_shards == 1 or engine is None:
        return fit(documents, plan, **fit_options(run, plan))
    from movieclassifier.training.shards.driver import fit_shards

    if run.resume:
        _say_from_where(plan, run)
    return fit_shards(
        documents,
        plan,
        engine,
        model_dir=run.model_dir,
        cache_dir=run.cache_dir,
        resume=run.resume,
        show_progress=run.show,
    )


def _say_from_where(plan: Plan, run: RunOptions) -> None:
    """Say on stderr where a run by shards goes on; a checkpoint of a different run is refused later."""
    from movieclassifier.training.shards.saved_passes import load_pass_facts

    path, facts = Path(run.model_dir, WEIGHTS), load_pass_facts(Path(run.model_dir))
    if not path.exists():
        _say_from_the_beginning(run)
    elif facts is not None and facts.n_passes_done <= plan.recipe.passes:
        done = f"pass {facts.n_passes_done} of {plan.recipe.passes}" if facts.n_passes_done else "the counting pass"
        click.echo(f"{path}: going on after {done}.", err=True)


def scorer(
    classifier: Classifier, documents: Excerpt | Iterator[Document], run: RunOptions, engine: "Engine | None"
) -> "Callable[[], Scored]":
    """Return a function that scores documents, on an engine where its workers read them."""
    compute: Callable[[], Scored] = partial(score_documents, classifier, documents, run.n_threads)
    if engine is None:
        return compute
    from movieclassifier.training.scoring_tasks import score_on
    from movieclassifier.training.shards.driver import advising_to_resume

    if isinstance(documents, Excerpt):
        compute = partial(score_on, engine, classifier, documents)
    return advising_to_resume(Path(run.model_dir))(compute)


def fit_options(run: RunOptions, plan: Plan) -> dict[str, Any]:
    """Return the options of :func:`movieclassifier.training.fit.fit`; ``resume`` only if there is a checkpoint."""
    return {
        "model_dir": run.model_dir,
        "n_threads": run.n_threads,
        "checkpoint_every": run.checkpoint_every,
        "keep_state": run.keep_state or run.continue_,
        "resume": run.resume and can_resume(run, plan),
        "continue_": run.continue_,
        "show_progress": run.show,
    }


def can_resume(run: RunOptions, plan: Plan) -> bool:
    """Tell whether there is a checkpoint, and on stderr where the run goes on.

    A run that was killed before its first checkpoint starts again.
    """
    path = resumable(run.model_dir, plan, run.continue_)
    if not path.exists():
        _say_from_the_beginning(run)
        return False
    facts = load_checkpoint_facts(path)
    # A checkpoint of a different run is refused later, with all reasons.
    if facts is not None and facts.belongs_to(plan, run.continue_):
        click.echo(
            f"{run.model_dir}: this run has finished; it is evaluated and saved again."
            if facts.is_finished
            else f"{path}: going on {_place(plan, facts.n_steps_done)}.",
            err=True,
        )
    return True


def _say_from_the_beginning(run: RunOptions) -> None:
    click.echo(f"There is no checkpoint in {run.model_dir} yet: starting from the beginning.", err=True)


def _place(plan: Plan, n_steps_done: int) -> str:
    """Say where a fit is after some steps."""
    n_passes_done, n_done = divmod(n_steps_done, plan.n_minibatches)
    n_passes = plan.n_steps // plan.n_minibatches
    place = f"at minibatch {n_done + 1:,} of {plan.n_minibatches:,} (document {n_done * plan.minibatch_size + 1:,})"
    return place if n_passes == 1 else f"{place} in pass {n_passes_done + 1} of {n_passes}, counting included"
