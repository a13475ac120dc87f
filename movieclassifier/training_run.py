"""What surrounds a fit on the command line: the plan, where the model came from, and the report at the end."""

import json
import os
import platform
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.metadata import version
from itertools import chain, islice
from pathlib import Path
from typing import Any

import click

from movieclassifier import __version__
from movieclassifier.checkpoints import CHECKPOINT, STATE, belongs_to, is_finished, load_facts, resumable
from movieclassifier.datasets import BOOK_LABELS, LABELS, Corpus, Document, Label, Survey, survey
from movieclassifier.doubts import doubts, warn
from movieclassifier.folds import count_labels
from movieclassifier.guard import N_GUARD
from movieclassifier.locking import lock_folder
from movieclassifier.memory import peak_megabytes
from movieclassifier.minibatches import holdout_sizes
from movieclassifier.origin import load_facts as load_record_facts
from movieclassifier.origin import replaced, seen
from movieclassifier.reading import chosen_reading, reading
from movieclassifier.recipes import Recipe
from movieclassifier.training import Plan

BOOK_CORPUS = Path("data/movie_data.csv")
PACKAGES = ("numpy", "scipy", "scikit-learn")
# Of the book's movie_data.csv, and of the folders that it is made from.
BOOK_MAPPINGS = (BOOK_LABELS, LABELS["aclImdb"])
BOOK_NAMES: dict[Label, str] = {0: "negative", 1: "positive"}


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
        As for :func:`make_plan`, and ``go_on`` and ``resume``.
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
    keep_as_before(options, earlier)
    plan, n_holdout = make_plan(found, recipe, options, with_test=test is not None)
    plan = with_names(plan, corpus)
    check_before(model_dir, test, found, plan, earlier)
    return plan, n_holdout


def fit_options(options: dict[str, Any], model_dir: str, plan: Plan) -> dict[str, Any]:
    """Return the options that :func:`movieclassifier.training.fit` takes; ``resume`` where there is a checkpoint."""
    resume = options["resume"] and can_resume(model_dir, plan, options["go_on"])
    how = {name: options[name] for name in ("n_threads", "checkpoint_every", "go_on")}
    return how | {"resume": resume, "model_dir": model_dir, "label_names": plan.label_names}


def make_plan(found: Survey, recipe: Recipe, options: dict[str, Any], with_test: bool) -> tuple[Plan, int]:
    """Return the plan of a fit and the size of the holdout.

    Parameters
    ----------
    found : Survey
    recipe : Recipe
    options : dict
        ``n_train``, ``n_holdout``, ``minibatch_size``, ``seed``, ``n_keep`` and ``allow_sorted``.
    with_test : bool
        Whether there is another corpus to evaluate on; then the holdout is empty unless it is asked for.

    Raises
    ------
    ValueError
        If the corpus is too small or has one class only.
    """
    n_holdout = 0 if with_test and options["n_holdout"] is None else options["n_holdout"]
    n_train, n_holdout = holdout_sizes(found.n_documents, options["n_train"], n_holdout)
    if n_holdout == 0 and not with_test:
        raise ValueError("there is nothing to evaluate on; lower --n-train, pass --n-holdout above 0, or --test.")
    plan = Plan(
        recipe,
        found.classes,
        count_labels(found),
        n_train,
        sha256=found.sha256,
        reading=json.dumps(reading(found, options)),
        **{name: options[name] for name in ("minibatch_size", "seed", "n_keep", "allow_sorted")},
    )
    return plan, n_holdout


def with_names(plan: Plan, corpus: Corpus) -> Plan:
    """Add the names of the corpus, and the labels as people read them; the book's 0 and 1 are negative and positive."""
    names = BOOK_NAMES if corpus.labels in BOOK_MAPPINGS else {}
    return replace(plan, corpus=corpus.names, label_names=tuple(names.get(label, str(label)) for label in plan.classes))


def earlier_plan(model_dir: str, options: dict[str, Any]) -> dict[str, Any]:
    """Return the plan of the run that ``--continue`` goes on from; empty without ``--continue``.

    Raises
    ------
    ValueError
        If there is no such folder.
    """
    if not options["go_on"]:
        return {}
    folder = Path(model_dir)
    if not folder.is_dir():
        raise ValueError(f"{folder}: there is no such folder, and so no model to go on from; start without --continue.")
    # A run that was killed after its last step is in its checkpoint; a resumed one has another run's state beside.
    names = (STATE, CHECKPOINT) if options["resume"] else (CHECKPOINT, STATE)
    finished = (facts for facts in (load_facts(folder / name) for name in names) if is_finished(facts))
    plan: dict[str, Any] = (next(finished, None) or {"plan": {}})["plan"]
    return plan


def keep_as_before(options: dict[str, Any], earlier: dict[str, Any]) -> None:
    """Keep as many columns as the run that is continued, unless ``--keep`` says how many."""
    n_keep = earlier.get("n_keep")
    if options["n_keep"] is None and n_keep is not None:
        options["n_keep"] = int(n_keep)
        click.echo(f"Keeping {n_keep:,} columns, as before; --keep says otherwise.", err=True)


def provenance(corpus: Corpus, plan: Plan, n_holdout: int, test: str | None, options: dict[str, Any]) -> dict[str, Any]:
    """Return where a model came from, without the paths and times of the machine.

    How the corpus is read and how many columns are kept is told only where the command line says so.
    """
    chosen = {"shuffle_seed": corpus.shuffle_seed, "reading": chosen_reading(options) or None, "n_keep": plan.n_keep}
    return {
        "corpus": list(corpus.names),
        "sha256": plan.sha256,
        **{name: value for name, value in chosen.items() if value is not None},
        "n_train": plan.n_train,
        "n_holdout": n_holdout,
        "evaluated_on": "the holdout" if test is None else Path(test).name,
        "minibatch_size": plan.minibatch_size,
        "seed": plan.seed,
        "versions": {"movieclassifier": __version__, "python": platform.python_version()}
        | {name: version(name) for name in PACKAGES},
    }


def check_before(model_dir: str, test: Corpus | None, found: Survey, plan: Plan, earlier: dict[str, Any]) -> None:
    """Find out before the training whether the model can be written and the test corpus can be read.

    The model folder is locked until the command ends. That documents are trained on and tested on is said on stderr.

    Raises
    ------
    OSError, ValueError
        If not, or if another training is at work there.
    """
    before = seen(earlier)
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


def unseen_documents(
    holdout: Iterator[Document], n_holdout: int, test: Corpus | None, found: Survey
) -> tuple[list[Document], Iterator[Document]]:
    """Return the documents of the guard set, from the holdout where there is one, and all that are evaluated on."""
    unseen = holdout if test is None else test.documents(found.labels)
    sample = list(islice(holdout if n_holdout else unseen, N_GUARD))
    return sample, unseen if test and n_holdout else chain(sample, unseen)


def can_resume(model_dir: str, plan: Plan, go_on: bool) -> bool:
    """Tell whether there is a checkpoint, and on stderr where the run goes on.

    A run that was killed before its first checkpoint starts again.
    """
    path = resumable(model_dir, plan.to_dict(), go_on)
    if not path.exists():
        click.echo(f"There is no checkpoint in {model_dir} yet: starting from the beginning.", err=True)
        return False
    facts = load_facts(path)
    # What does not belong is refused later, with all reasons.
    if facts is not None and belongs_to(facts, plan.to_dict(), go_on):
        finished = is_finished(facts)
        click.echo(
            f"{model_dir}: this run has finished; it is evaluated and saved again."
            if finished
            else f"{path}: going on {_place(plan, facts['n_steps_done'])}.",
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
