"""The corpora of a training on the command line; they are surveyed while the modules of the rest are imported."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from movieclassifier.commands.shared.corpus_options import chosen_corpus, corpus_to_test_on
from movieclassifier.commands.shared.engine_options import source_on, start_engine
from movieclassifier.corpora.corpus import Corpus
from movieclassifier.corpora.reading import ReadingOptions
from movieclassifier.system.ahead import importing
from movieclassifier.system.memory import share_heap
from movieclassifier.training.options import MAX_DEFAULT_SHARDS, RunOptions, TrainingOptions
from movieclassifier.training.sources import CorpusSource

if TYPE_CHECKING:
    from movieclassifier.training.engines.tasks import Engine

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


def find_corpora(
    paths: Sequence[str], reading: ReadingOptions, training: TrainingOptions
) -> tuple[Corpus, Corpus | None]:
    """Return the corpus to train on, the book's by default, and the one to test on if there is one."""
    corpus = chosen_corpus(paths or book_corpus(), reading)
    test = corpus_to_test_on(training.test, reading, training.test_format) if training.test else None
    return corpus, test


def find_sources(
    corpus: Corpus, test: Corpus | None, training: TrainingOptions, run: RunOptions
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
    share_heap()  # before the first thread, which would get a heap of its own
    if run.on is None and (training.n_shards or 1) == 1:
        with importing(*STEPS):
            return *_sources(corpus, test, training, None), None
    engine = start_engine(run.on, min(run.n_workers, training.n_shards or run.n_workers))
    return *_sources(corpus, test, training, engine), engine


def _sources(
    corpus: Corpus, test: Corpus | None, training: TrainingOptions, engine: "Engine | None"
) -> tuple[CorpusSource, CorpusSource | None]:
    train = source_on(corpus, engine, training.n_shards or MAX_DEFAULT_SHARDS)
    test = test and replace(test, labels=train.found.labels)
    return train, source_on(test, engine) if test else None
