"""The survey of a corpus by the workers of an engine."""

from collections import Counter
from itertools import chain

from movieclassifier.corpora.corpus import Corpus
from movieclassifier.corpora.cutting import can_be_cut, count_pieces, cut_file, join_pieces
from movieclassifier.corpora.digests import FilesDigest, hash_file, join_digests
from movieclassifier.corpora.pieces import Excerpt, Piece
from movieclassifier.corpora.survey import survey, survey_of
from movieclassifier.corpora.without_text import WithoutText
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
    if can_be_cut(corpus) and (by_workers := _survey_on(engine, corpus, n_shards)) is not None:
        return by_workers
    return CorpusSource(corpus, survey(corpus))


def _survey_on(engine: Engine, corpus: Corpus, n_shards: int) -> CorpusSource | None:
    """Survey a corpus in pieces; None if it has none, if there is a fault in one, or if a worker cannot read one."""
    try:
        sha256, cuts = _cut(corpus, engine)
        pieces = join_pieces(corpus, cuts, n_shards)
        bundles = bundles_of(pieces, engine.n_workers)
        counting = engine.run([Task(count_pieces, (bundle, corpus)) for bundle in bundles])
        counted = dict(telling(counting, "Reading", "parts"))
    except (ValueError, FileNotFoundError, PermissionError, ImportError):  # a worker may lack a package of a store
        return None
    if not pieces:
        return None
    tallies = list(chain.from_iterable(counted[number] for number in range(len(bundles))))
    total, without_text = Counter[str](), WithoutText()
    for found_in_piece, empty in tallies:
        without_text = without_text.followed_by(total.total(), empty)
        total += found_in_piece
    found = survey_of(corpus, (total, without_text), sha256, corpus.bad_rows())
    return CorpusSource(corpus, found, Excerpt.of(pieces, [n.total() for n, _ in tallies], found.labels))


def _cut(corpus: Corpus, engine: Engine) -> tuple[str, list[list[Piece]]]:
    """Return the digest of a corpus, and the pieces of each of its files."""
    numbers = range(len(corpus.paths))
    if corpus.addresses:  # this process has copies, and the workers have none
        digest = FilesDigest(corpus.paths)
        try:
            cuts = [cut_file(corpus, number) for number in numbers]
            return digest.result(), cuts
        finally:
            digest.stop()
    hashing = [Task(hash_file, (path.resolve(),)) for path in corpus.paths]
    cutting = [Task(cut_file, (corpus, number)) for number in numbers]
    done = dict(engine.run(hashing + cutting))
    return join_digests([done[n] for n in numbers]), [done[len(hashing) + n] for n in numbers]
