"""Plan a training: its plan, its parts of the corpus, and where the model comes from."""

import json
import platform
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

from movieclassifier import __version__
from movieclassifier.corpora.corpus import Corpus
from movieclassifier.corpora.minibatches import holdout_sizes
from movieclassifier.corpora.pieces import Excerpt
from movieclassifier.corpora.readers.contract import Document, Label
from movieclassifier.corpora.readers.formats import BOOK_LABELS, LABELS
from movieclassifier.corpora.reading import ReadingOptions
from movieclassifier.corpora.survey import Survey, count_labels
from movieclassifier.models.guard import N_GUARD
from movieclassifier.models.metadata import Provenance
from movieclassifier.system.packages import installed_version
from movieclassifier.training.checkpoints import CHECKPOINT, STATE, load_checkpoint_facts
from movieclassifier.training.options import MAX_DEFAULT_SHARDS, RunOptions, TrainingOptions
from movieclassifier.training.plan import Plan

PACKAGES = ("numpy", "scipy", "scikit-learn")
# Of the book's movie_data.csv, and of the folders that it is made from.
BOOK_MAPPINGS = (BOOK_LABELS, LABELS["aclImdb"])
BOOK_NAMES: dict[Label, str] = {0: "negative", 1: "positive"}
# Smaller shards cost accuracy: .912 with 390 documents, .917 with 1,560, .919 with 6,250 on aclImdb's halves.
MIN_SHARD = 2_000


def make_plan(corpus: Corpus, found: Survey, options: TrainingOptions, with_test: bool) -> tuple[Plan, int]:
    """Return the plan of a fit and the size of the holdout.

    Parameters
    ----------
    corpus : Corpus
    found : Survey
        Of that corpus.
    options : TrainingOptions
    with_test : bool
        Whether there is a separate corpus to evaluate on; then the holdout is empty unless it is asked for.

    Raises
    ------
    ValueError
        If the corpus is too small or has one class only.
    """
    n_holdout = 0 if with_test and options.n_holdout is None else options.n_holdout
    n_train, n_holdout = holdout_sizes(found.n_documents, options.n_train, n_holdout)
    if n_holdout == 0 and not with_test and options.n_holdout is None:
        raise ValueError(
            "there is nothing to evaluate on; lower n_train, or pass test=…, or pass n_holdout=0 to go without."
        )
    plan = Plan(
        options.recipe,
        found.classes,
        count_labels(found),
        n_train,
        sha256=found.sha256,
        reading=json.dumps(corpus.reading.describe(found)),
        minibatch_size=options.minibatch_size,
        seed=options.seed,
        n_keep=options.n_keep,
        n_shards=options.n_shards or 1,
        allow_sorted=options.allow_sorted,
        corpus=corpus.names,
        label_names=_label_names(corpus, found.classes),
        asked=json.dumps(_asked(corpus.reading, options)),
    )
    return plan, n_holdout


def _asked(reading: ReadingOptions, options: TrainingOptions) -> dict[str, Any]:
    """Return the options that a resumed run takes from its checkpoint, besides the plan."""
    of_evaluation = {name: getattr(options, name) for name in ("n_train", "n_holdout", "test", "test_format")}
    return of_evaluation | {"reading": reading.given()}


def default_n_shards(n_documents: int) -> int:
    """Return the largest number of shards, up to 16, that leaves each 2,000 documents or more.

    Examples
    --------
    >>> [default_n_shards(n) for n in (1_000, 25_000, 400_000)]
    [1, 12, 16]
    """
    return max(1, min(MAX_DEFAULT_SHARDS, n_documents // MIN_SHARD))


def _label_names(corpus: Corpus, classes: Iterable[Label]) -> tuple[str, ...]:
    """Return the labels as people read them; the book's 0 and 1 are negative and positive."""
    names = BOOK_NAMES if corpus.labels in BOOK_MAPPINGS else {}
    return tuple(names.get(label, str(label)) for label in classes)


def earlier_plan(options: RunOptions) -> Plan | None:
    """Return the plan of the run that ``--continue`` goes on from; None without ``--continue``.

    Raises
    ------
    ValueError
        If there is no such folder.
    """
    if not options.continue_:
        return None
    folder = Path(options.model_dir)
    if not folder.is_dir():
        raise ValueError(f"{folder}: there is no such folder to continue from; start without continue_=True.")
    # A run that was killed after its last step has left a checkpoint; a resumed run may have an earlier state, too.
    names = (STATE, CHECKPOINT) if options.resume else (CHECKPOINT, STATE)
    found = (load_checkpoint_facts(folder / name) for name in names)
    return next((facts.plan for facts in found if facts is not None and facts.is_finished), None)


def provenance(corpus: Corpus, plan: Plan, n_holdout: int, test: str | None) -> Provenance:
    """Return where a model came from, without the paths and times of the machine.

    The reading options and the number of columns kept are told only if they are not the defaults.
    """
    holdout = "the holdout" if n_holdout else "nothing"
    facts: Provenance = {
        "corpus": list(corpus.names),
        "sha256": plan.sha256,
        "n_train": plan.n_train,
        "n_holdout": n_holdout,
        "evaluated_on": holdout if test is None else Path(test).name,
        "minibatch_size": plan.minibatch_size,
        "seed": plan.seed,
        "versions": {"movieclassifier": __version__, "python": platform.python_version()}
        | {name: installed_version(name) for name in PACKAGES},
    }
    if plan.n_shards > 1:
        facts["n_shards"] = plan.n_shards
    if corpus.shuffle_seed is not None:
        facts["shuffle_seed"] = corpus.shuffle_seed
    if reading := corpus.reading.chosen():
        facts["reading"] = reading
    if plan.n_keep is not None:
        facts["n_keep"] = plan.n_keep
    return facts


def unseen_documents(
    holdout: Excerpt | Iterator[Document], n_holdout: int, test: Excerpt | Iterator[Document] | None
) -> tuple[list[Document], Excerpt | Iterator[Document]]:
    """Return the documents of the guard set (of the holdout if there is one), and the documents to evaluate on."""
    unseen = holdout if test is None else test
    sample = list(islice(holdout if n_holdout else unseen, N_GUARD))
    # A stream has given the sample away; an excerpt is read from its start again.
    is_whole = isinstance(unseen, Excerpt) or (test is not None and n_holdout > 0)
    return sample, unseen if is_whole else chain(sample, unseen)
