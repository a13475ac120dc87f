"""Options of the engine that computes many tasks side by side: ``--on`` and ``--workers``."""

import os
from typing import TYPE_CHECKING

import click

from movieclassifier.commands.shared.edge import is_given, warn
from movieclassifier.commands.shared.shell_words import OPTIONS
from movieclassifier.system.packages import check_installed

if TYPE_CHECKING:
    from movieclassifier.corpora.corpus import Corpus
    from movieclassifier.corpora.digests import FilesDigest
    from movieclassifier.training.engines.tasks import Engine
    from movieclassifier.training.sources import CorpusSource

ENGINES = "local, dask, tcp://HOST:PORT or a scheduler file"
SIDE_BY_SIDE_OPTIONS = [
    click.option(
        "--on",
        metavar="ENGINE",
        help=f"Train side by side on this engine: {ENGINES}. The figures do not depend on it.  [default: one by one]",
    ),
    click.option(
        "--workers",
        "n_workers",
        type=click.IntRange(1),
        default=os.cpu_count() or 1,
        show_default="number of cores",
        help="Train side by side in this many processes, with --on local or dask.",
    ),
]


def engine_asked_for(on: str | None, n_workers: int) -> "Engine | None":
    """Start the engine that ``--on`` names, if it names one."""
    if on is None:
        warn_of_idle("n_workers", where="without --on")
        return None
    return start_engine(on, n_workers)


def warn_of_idle(*names: str, where: str) -> None:
    """Warn of options that stand on the command line and have no effect."""
    warn(f"{OPTIONS[name]} has no effect {where}." for name in names if is_given(name))


def start_engine(on: str | None, n_workers: int) -> "Engine":
    """Start an engine, which is closed when the command ends."""
    from movieclassifier.training.engines.table import make_engine

    if on not in (None, "local"):
        check_installed("dask", "distributed")
        if on != "dask":
            warn_of_idle("n_workers", where="on a cluster that runs already")
    engine = make_engine("local" if on is None else on, n_workers)
    click.get_current_context().call_on_close(engine.close)
    return engine


def source_on(
    corpus: "Corpus", engine: "Engine | None", n_shards: int = 1, digest: "FilesDigest | None" = None
) -> "CorpusSource":
    """Survey a corpus, on an engine where there is one; elsewhere its digest may have begun before."""
    if engine is None:
        from movieclassifier.corpora.survey import survey
        from movieclassifier.training.sources import CorpusSource

        return CorpusSource(corpus, survey(corpus, digest))
    from movieclassifier.training.source_tasks import find_source

    return find_source(corpus, engine, n_shards)
