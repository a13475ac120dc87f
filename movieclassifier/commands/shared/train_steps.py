"""What surrounds a fit on the command line: the plan, where the model came from, and the report at the end."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from movieclassifier.corpora.corpus import Corpus
from movieclassifier.corpora.survey import Survey, survey
from movieclassifier.evaluation.caveats import doubts, warn
from movieclassifier.models.origin import load_facts as load_record_facts
from movieclassifier.models.origin import replaced
from movieclassifier.recipes.linear import Recipe
from movieclassifier.system.locking import lock_folder
from movieclassifier.system.memory import peak_megabytes
from movieclassifier.training.checkpoints import load_checkpoint_facts, resumable
from movieclassifier.training.plan import Plan
from movieclassifier.training.planning import earlier_plan, make_plan, with_names

BOOK_CORPUS = Path("data/movie_data.csv")


def book_corpus() -> list[str]:
    """Return the path of the book's corpus, which is read where no other is named."""
    if not BOOK_CORPUS.exists():
        raise FileNotFoundError(
            f"{BOOK_CORPUS}: there is no such file; get it by `make corpus`, or by `python download_data.py` and "
            "`python build_csv.py`, or pass a corpus of your own."
        )
    return [str(BOOK_CORPUS)]


def plan_run(
    corpus: Corpus, found: Survey, recipe: Recipe, options: dict[str, Any], model_dir: str, test: Corpus | None
) -> tuple[Plan, int]:
    """Return the plan of a fit and the size of the holdout, and find out all that could stop the run later.

    The model folder is locked until the command ends.

    Parameters
    ----------
    corpus : Corpus
    found : Survey
        Of that corpus.
    recipe : Recipe
    options : dict
        As for :func:`make_plan`, and ``continue_`` and ``resume``.
    model_dir : str
    test : Corpus or None
        Another corpus to evaluate on.

    Raises
    ------
    OSError, ValueError
        If there is too little to train or to evaluate on, nothing to continue from, no access to the model folder, or
        another training at work there.
    """
    earlier = earlier_plan(model_dir, options)
    plan, n_holdout = make_plan(corpus, found, recipe, keep_as_before(options, earlier), with_test=test is not None)
    plan = with_names(plan, corpus)
    check_before(model_dir, test, found, plan, earlier)
    return plan, n_holdout


def fit_options(options: dict[str, Any], model_dir: str, plan: Plan) -> dict[str, Any]:
    """Return the options of :func:`movieclassifier.training.fit.fit`; ``resume`` only if there is a checkpoint."""
    resume = options["resume"] and can_resume(model_dir, plan, options["continue_"])
    how = {name: options[name] for name in ("n_threads", "checkpoint_every", "continue_")}
    return how | {"resume": resume, "model_dir": model_dir, "label_names": plan.label_names}


def keep_as_before(options: dict[str, Any], earlier: Plan | None) -> dict[str, Any]:
    """Return options that keep as many columns as the run that is continued, unless ``--keep`` says how many."""
    n_keep = None if earlier is None else earlier.n_keep
    if options["n_keep"] is not None or n_keep is None:
        return options
    click.echo(f"Keeping {n_keep:,} columns, as before; --keep says otherwise.", err=True)
    return options | {"n_keep": n_keep}


def check_before(model_dir: str, test: Corpus | None, found: Survey, plan: Plan, earlier: Plan | None) -> None:
    """Find out before the training whether the model can be written and the test corpus can be read.

    The model folder is locked until the command ends. That documents are trained on and tested on is said on stderr.

    Raises
    ------
    OSError, ValueError
        If not, or if another training is at work there.
    """
    before = {} if earlier is None else earlier.seen()
    if test is not None:
        tested = survey(replace(test, labels=found.labels))
        if tested.sha256 in {plan.sha256, *before}:
            warn([f"{test.names[0]} is trained on, so how well the model does there says nothing about other texts."])
    elif before.get(plan.sha256, 0) > plan.n_train:
        warn(["the model was trained on documents of this holdout before, so its figures are too good."])
    folder = Path(model_dir)
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
        raise PermissionError(13, "the model folder is not writable; pass another --model-dir", str(folder))
    click.get_current_context().with_resource(lock_folder(folder))


def can_resume(model_dir: str, plan: Plan, continue_: bool) -> bool:
    """Tell whether there is a checkpoint, and on stderr where the run goes on.

    A run that was killed before its first checkpoint starts again.
    """
    path = resumable(model_dir, plan, continue_)
    if not path.exists():
        click.echo(f"There is no checkpoint in {model_dir} yet: starting from the beginning.", err=True)
        return False
    facts = load_checkpoint_facts(path)
    # A checkpoint of a different run is refused later, with all reasons.
    if facts is not None and facts.belongs_to(plan, continue_):
        click.echo(
            f"{model_dir}: this run has finished; it is evaluated and saved again."
            if facts.is_finished
            else f"{path}: going on {_place(plan, facts.n_steps_done)}.",
            err=True,
        )
    return True


def _place(plan: Plan, n_steps_done: int) -> str:
    """Say where a fit is after some steps."""
    n_passes_done, n_done = divmod(n_steps_done, plan.n_minibatches)
    n_passes = plan.n_steps // plan.n_minibatches
    place = f"at minibatch {n_done + 1:,} of {plan.n_minibatches:,} (document {n_done * plan.minibatch_size + 1:,})"
    return place if n_passes == 1 else f"{place} in pass {n_passes_done + 1} of {n_passes}, counting included"


def say_where(model_dir: str, before: dict[str, Any] | None, metrics: dict[str, Any]) -> None:
    """Say on stderr what to doubt about the metrics, where the model is, and which one was there before."""
    warn(doubts(metrics))
    click.echo(f"The model is in {model_dir}{replaced(before, load_record_facts(model_dir))}.", err=True)


def measure_costs() -> Callable[[], dict[str, float]]:
    """Return a function that tells the seconds since now and the peak memory of this process, in MB."""
    start = time.perf_counter()
    return lambda: {"seconds": round(time.perf_counter() - start, 3), "peak_MB": round(peak_megabytes())}
