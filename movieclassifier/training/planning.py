"""What a training is going to do: its plan, its parts of the corpus, and where the model comes from."""

import json
import platform
from collections.abc import Iterator
from dataclasses import replace
from importlib.metadata import version
from itertools import chain, islice
from pathlib import Path
from typing import Any

from movieclassifier import __version__
from movieclassifier.corpora.corpus import Corpus
from movieclassifier.corpora.minibatches import holdout_sizes
from movieclassifier.corpora.readers.contract import Document, Label
from movieclassifier.corpora.readers.formats import BOOK_LABELS, LABELS
from movieclassifier.corpora.survey import Survey, count_labels
from movieclassifier.models.guard import N_GUARD
from movieclassifier.recipes.linear import Recipe
from movieclassifier.training.checkpoints import CHECKPOINT, STATE, load_checkpoint_facts
from movieclassifier.training.plan import Plan

PACKAGES = ("numpy", "scipy", "scikit-learn")
# Of the book's movie_data.csv, and of the folders that it is made from.
BOOK_MAPPINGS = (BOOK_LABELS, LABELS["aclImdb"])
BOOK_NAMES: dict[Label, str] = {0: "negative", 1: "positive"}


def make_plan(
    corpus: Corpus, found: Survey, recipe: Recipe, options: dict[str, Any], with_test: bool
) -> tuple[Plan, int]:
    """Return the plan of a fit and the size of the holdout.

    Parameters
    ----------
    corpus : Corpus
    found : Survey
        Of that corpus.
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
        reading=json.dumps(corpus.reading.describe(found)),
        **{name: options[name] for name in ("minibatch_size", "seed", "n_keep", "allow_sorted")},
    )
    return plan, n_holdout


def with_names(plan: Plan, corpus: Corpus) -> Plan:
    """Add the names of the corpus, and the labels as people read them; the book's 0 and 1 are negative and positive."""
    names = BOOK_NAMES if corpus.labels in BOOK_MAPPINGS else {}
    return replace(plan, corpus=corpus.names, label_names=tuple(names.get(label, str(label)) for label in plan.classes))


def earlier_plan(model_dir: str, options: dict[str, Any]) -> Plan | None:
    """Return the plan of the run that ``--continue`` goes on from; None without ``--continue``.

    Raises
    ------
    ValueError
        If there is no such folder.
    """
    if not options["continue_"]:
        return None
    folder = Path(model_dir)
    if not folder.is_dir():
        raise ValueError(f"{folder}: there is no such folder, and so no model to go on from; start without --continue.")
    # A run that was killed after its last step is in its checkpoint; a resumed one has another run's state beside.
    names = (STATE, CHECKPOINT) if options["resume"] else (CHECKPOINT, STATE)
    found = (load_checkpoint_facts(folder / name) for name in names)
    return next((facts.plan for facts in found if facts is not None and facts.is_finished), None)


def provenance(corpus: Corpus, plan: Plan, n_holdout: int, test: str | None) -> dict[str, Any]:
    """Return where a model came from, without the paths and times of the machine.

    How the corpus is read and how many columns are kept is told only where the command line says so.
    """
    chosen = {"shuffle_seed": corpus.shuffle_seed, "reading": corpus.reading.chosen() or None, "n_keep": plan.n_keep}
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


def unseen_documents(
    holdout: Iterator[Document], n_holdout: int, test: Corpus | None, found: Survey
) -> tuple[list[Document], Iterator[Document]]:
    """Return the documents of the guard set, from the holdout where there is one, and all that are evaluated on."""
    unseen = holdout if test is None else test.documents(found.labels)
    sample = list(islice(holdout if n_holdout else unseen, N_GUARD))
    return sample, unseen if test and n_holdout else chain(sample, unseen)
