"""The survey of a corpus by the workers of an engine."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from pathlib import Path

from movieclassifier.corpora.corpus import Corpus
from movieclassifier.corpora.cutting import can_be_cut, count_pieces, cut_corpus, cut_files, join_pieces, size_of_files
from movieclassifier.corpora.digests import FilesDigest, hash_file, join_digests
from movieclassifier.corpora.pieces import Excerpt, Piece
from movieclassifier.corpora.survey import count_values, survey, survey_of
from movieclassifier.corpora.tallies import Tally
from movieclassifier.system.progress import telling
from movieclassifier.training.engines.tasks import Engine, Task, bundles_of, cut_evenly, n_bundles_for
from movieclassifier.training.sources import CorpusSource

FILE_TASKS = 64  # of each kind, or more where there are more workers


def find_source(corpus: Corpus, engine: Engine, n_shards: int = 1) -> CorpusSource:
    """Survey a corpus on the workers of an engine, if they can read it in pieces.

    The survey is the same in all cases. Workers read what lies in files, has no fault, and can be cut or has many
    files; everything else is read here.

    Parameters
    ----------
    corpus : Corpus
    engine : Engine
    n_shards : int
        As for :func:`movieclassifier.corpora.cutting.cut_corpus`.

    Raises
    ------
    OSError, ValueError
        As :func:`movieclassifier.corpora.survey.survey`.
    """
    found = None
    if can_be_cut(corpus):
        read = _read_copies if corpus.addresses else _read_files
        # A fault is told by the reader of the whole corpus, with its line. A worker may lack the package of a store.
        with suppress(ValueError, FileNotFoundError, PermissionError, ImportError):
            found = read(corpus, engine, n_shards)
    if found is None:
        return CorpusSource(corpus, survey(corpus))
    pieces, tallies, sha256 = found
    surveyed = survey_of(corpus, count_values(tallies, corpus), sha256, corpus.bad_rows())
    excerpt = Excerpt.of(pieces, [counts.total() for counts, _ in tallies], surveyed.labels)
    return CorpusSource(corpus, surveyed, excerpt)


def _read_files(corpus: Corpus, engine: Engine, n_shards: int) -> tuple[list[Piece], list[Tally], str] | None:
    """Let the workers hash, cut and count; returns pieces, what they hold, and digest. None if there are no pieces."""
    corpus = replace(corpus, paths=tuple(path.resolve() for path in corpus.paths))  # workers may run in other folders
    # Some files a task: each task to cut has the paths of all.
    bundles = cut_evenly(range(len(corpus.paths)), max(FILE_TASKS, n_bundles_for(engine.n_workers)))
    n_bytes = size_of_files(corpus)
    tasks = [Task(_hash_all, ([corpus.paths[number] for number in numbers],)) for numbers in bundles]
    tasks += [Task(cut_files, (corpus, numbers, n_bytes)) for numbers in bundles]
    done = dict(telling(engine.run(tasks), "Hashing and cutting files", "tasks"))
    digests, cuts = (
        list(chain.from_iterable(done[first + number] for number in range(len(bundles)))) for first in (0, len(bundles))
    )
    pieces = join_pieces(corpus, cuts, n_shards)
    return (pieces, _count(pieces, corpus, engine), join_digests(digests)) if pieces else None


def _hash_all(paths: Sequence[Path]) -> list[str]:
    return [hash_file(path) for path in paths]


def _read_copies(corpus: Corpus, engine: Engine, n_shards: int) -> tuple[list[Piece], list[Tally], str] | None:
    """Do as :func:`_read_files`, but hash and cut copies here: the workers have none."""
    digest = FilesDigest(corpus.paths)
    try:
        pieces = cut_corpus(corpus, n_shards)
        return (pieces, _count(pieces, corpus, engine), digest.result()) if pieces else None
    finally:
        digest.stop()


def _count(pieces: Sequence[Piece], corpus: Corpus, engine: Engine) -> list[Tally]:
    """Return what the pieces hold, as :func:`count_pieces`."""
    tasks = [Task(count_pieces, (bundle, corpus)) for bundle in bundles_of(pieces, engine.n_workers)]
    found = dict(telling(engine.run(tasks), "Reading", "parts"))
    return list(chain.from_iterable(found[number] for number in range(len(tasks))))
