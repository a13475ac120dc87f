"""The corpora of a training on the command line; they are surveyed while the modules of the rest are imported."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from movieclassifier.commands.shared.corpus_options import chosen_corpus, corpus_to_test_on
from movieclassifier.commands.shared.engine_options import source_on, start_engine, warn_of_idle
from movieclassifier.corpora.digests import FilesDigest
from movieclassifier.corpora.reading import ReadingOptions
from movieclassifier.system.ahead import importing
from movieclassifier.system.memory import share_heap
from movieclassifier.training.options import MAX_DEFAULT_SHARDS, RunOptions, TrainingOptions

if TYPE_CHECKING:  # these are imported while the digest is taken
    from movieclassifier.corpora.corpus import Corpus
    from movieclassifier.training.engines.tasks import Engine
    from movieclassifier.training.sources import CorpusSource

BOOK_CORPUS = Path("data/movie_data.csv")
# The modules of the work that follows.
STEPS = (
    "movieclassifier.commands.shared.train_steps",
    "movieclassifier.evaluation.unseen",
    "movieclassifier.commands.shared.train_results",
)


def book_corpus() -> list[str]:
    """Return the path of the book's corpus, which is the default."""
    if not BOOK_CORPUS.exists():
        raise FileNotFoundError(
            f"{BOOK_CORPUS}: there is no such file; get it by `make corpus`, or by `python download_data.py` and "
            "`python build_csv.py`, or pass a corpus of your own."
        )
    return [str(BOOK_CORPUS)]


def distill_instead(paths: Sequence[str], reading: ReadingOptions, training: TrainingOptions, run: RunOptions) -> None:
    """Distil with the default teacher, as ``train --unlabelled`` asks for; options of plain training are refused."""
    from movieclassifier.commands.distill import distill
    from movieclassifier.commands.shared.distill_options import DistillOptions

    named = {"--recipe": training.recipe.name not in ("default", "student"), "--n-train": training.n_train is not None}
    named |= {"--continue": run.continue_, "--track": run.track, "--shards": training.n_shards is not None}
    if refused := [name for name, given in named.items() if given]:
        raise ValueError(f"--unlabelled does not go with {', '.join(refused)}; leave one of them out.")
    options = DistillOptions(
        training.unlabelled,
        n_keep=training.n_keep,
        n_holdout=training.n_holdout,
        test=training.test,
        test_format=training.test_format,
        seed=training.seed,
        model_dir=str(run.model_dir),
        pickles=run.pickles,
        resume=run.resume,
        as_json=run.as_json,
        show=run.show,
    )
    distill(tuple(paths or book_corpus()), reading, options)


def find_corpora(
    paths: Sequence[str], reading: ReadingOptions, training: TrainingOptions, run: RunOptions
) -> "tuple[Corpus, Corpus | None, FilesDigest | None]":
    """Open the corpora of a training; the digest of the first begins before, in a thread that ends with the command.

    Returns
    -------
    corpus : Corpus
        The one to train on, the book's by default.
    test : Corpus or None
        The one to test on.
    digest : FilesDigest or None
    """
    paths, digest = paths or book_corpus(), None
    share_heap()  # before the first thread, which would get a heap of its own
    if not _on_engine(training, run) and not reading.shuffle and all(map(os.path.isfile, paths)):
        digest = FilesDigest(map(Path, paths))
        click.get_current_context().call_on_close(digest.stop)
    corpus = chosen_corpus(paths, reading)
    test = corpus_to_test_on(training.test, reading, training.test_format) if training.test else None
    return corpus, test, digest


def _on_engine(training: TrainingOptions, run: RunOptions) -> bool:
    return run.on is not None or (training.n_shards or 1) > 1


def find_sources(
    corpus: "Corpus",
    test: "Corpus | None",
    training: TrainingOptions,
    run: RunOptions,
    digest: FilesDigest | None = None,
) -> "tuple[CorpusSource, CorpusSource | None, Engine | None]":
    """Survey the corpora, and start the engine of a training by shards, which lasts until the command ends.

    Without one, the modules of the work that follows are imported meanwhile.

    Returns
    -------
    train : CorpusSource
    test : CorpusSource or None
        Its labels are mapped as those of the corpus that is trained on.
    engine : Engine or None
    """
    if not _on_engine(training, run):
        warn_of_idle("n_workers", "cache_dir", where="unless --shards is above 1 or --on is given")
        with importing(*STEPS):
            train = source_on(corpus, None, digest=digest)
            return train, source_on(replace(test, labels=train.found.labels), None) if test else None, None
    engine = start_engine(run.on, min(run.n_workers, training.n_shards or run.n_workers))
    train = source_on(corpus, engine, training.n_shards or MAX_DEFAULT_SHARDS)
    return train, source_on(replace(test, labels=train.found.labels), engine) if test else None, engine
