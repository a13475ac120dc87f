"""The survey of a corpus by the workers of an engine."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from movieclassifier.corpora.corpus import Corpus
from movieclassifier.corpora.cutting import can_be_cut, count_pieces, cut_file, join_pieces
from movieclassifier.corpora.digests import FilesDigest, hash_file, join_digests
from movieclassifier.corpora.pieces import Excerpt, Piece
from movieclassifier.corpora.survey import count_values, survey, survey_of
from movieclassifier.corpora.tallies import Tally
from movieclassifier.system.progress import telling
from movieclassifier.training.engines.tasks import Engine, Task, bundles_of
from movieclassifier.training.sources import CorpusSource


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
    if can_be_cut(corpus):
        survey_on = _survey_copies if corpus.addresses else _survey_files
        try:
            source = survey_on(corpus, engine, n_shards)
        except (ValueError, FileNotFoundError, PermissionError, ImportError):  # a worker may lack a package of a store
            source = None
        if source is not None:
            return source
    return CorpusSource(corpus, survey(corpus))


def _survey_files(corpus: Corpus, engine: Engine, n_shards: int) -> CorpusSource | None:
    """Let the workers do everything; None if the corpus cannot be cut."""
    corpus = replace(corpus, paths=tuple(path.resolve() for path in corpus.paths))  # workers may run in other folders
    hashing = [Task(hash_file, (path,)) for path in corpus.paths]
    cutting = [Task(cut_file, (corpus, number)) for number in range(len(corpus.paths))]
    done = dict(telling(engine.run(hashing + cutting), "Looking through files", "steps"))
    digests, cuts = ([done[first + number] for number in range(len(hashing))] for first in (0, len(hashing)))
    pieces = join_pieces(corpus, cuts, n_shards)
    return _source(corpus, pieces, _count(pieces, corpus, engine), join_digests(digests)) if pieces else None


def _survey_copies(corpus: Corpus, engine: Engine, n_shards: int) -> CorpusSource | None:
    """Hash and cut copies, which this process has and the workers have not; None if the corpus cannot be cut."""
    digest = FilesDigest(corpus.paths)
    try:
        pieces = join_pieces(corpus, [cut_file(corpus, number) for number in range(len(corpus.paths))], n_shards)
        return _source(corpus, pieces, _count(pieces, corpus, engine), digest.result()) if pieces else None
    finally:
        digest.stop()


def _count(pieces: Sequence[Piece], corpus: Corpus, engine: Engine) -> list[Tally]:
    """Return what the pieces hold, as :func:`count_pieces`."""
    tasks = [Task(count_pieces, (bundle, corpus)) for bundle in bundles_of(pieces, engine.n_workers)]
    found = dict(telling(engine.run(tasks), "Reading", "parts"))
    return list(chain.from_iterable(found[number] for number in range(len(tasks))))


def _source(corpus: Corpus, pieces: Sequence[Piece], tallies: Sequence[Tally], sha256: str) -> CorpusSource:
    found = survey_of(corpus, count_values(tallies, corpus), sha256, corpus.bad_rows())
    return CorpusSource(corpus, found, Excerpt.of(pieces, [counts.total() for counts, _ in tallies], found.labels))
