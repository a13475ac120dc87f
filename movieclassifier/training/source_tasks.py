"""The survey of a corpus by the workers of an engine."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

from movieclassifier.corpora.corpus import Corpus
from movieclassifier.corpora.cutting import can_be_cut, count_pieces, cut_file, join_pieces
from movieclassifier.corpora.pieces import Excerpt, Piece
from movieclassifier.corpora.survey import files_digest, survey, survey_of
from movieclassifier.corpora.tallies import Tally
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
    if can_be_cut(corpus):
        with ThreadPoolExecutor(1) as pool:
            sha256 = pool.submit(files_digest, corpus)
            pieces, counts = _count(corpus, engine, n_shards)
            if pieces:
                total, without_text = Counter[str](), WithoutText()
                for found_in_piece, empty in counts:
                    without_text = without_text.followed_by(total.total(), empty)
                    total += found_in_piece
                found = survey_of(corpus, (total, without_text), sha256.result(), corpus.bad_rows())
                return CorpusSource(corpus, found, Excerpt.of(pieces, [n.total() for n, _ in counts], found.labels))
    return CorpusSource(corpus, survey(corpus))


def _count(corpus: Corpus, engine: Engine, n_shards: int) -> tuple[Sequence[Piece], list[Tally]]:
    """Return the pieces of a corpus and what they hold, as :func:`count_pieces`; nothing if there is a fault in one."""
    numbers = range(len(corpus.paths))
    try:
        if corpus.addresses:  # this process has copies, and the workers have none
            cuts = {number: cut_file(corpus, number) for number in numbers}
        else:
            cuts = dict(engine.run([Task(cut_file, (corpus, number)) for number in numbers]))
        pieces = join_pieces(corpus, [cuts[number] for number in numbers], n_shards)
        bundles = bundles_of(pieces, engine.n_workers)
        tasks = [Task(count_pieces, (bundle, corpus)) for bundle in bundles]
        found = dict(telling(engine.run(tasks), "Reading", "parts"))
    except (ValueError, FileNotFoundError, PermissionError, ImportError):  # a worker may lack a package of a store
        return [], []
    return pieces, list(chain.from_iterable(found[number] for number in range(len(bundles))))
