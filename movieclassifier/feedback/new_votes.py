"""New votes as numbers, where the log holds nothing but votes since the last look."""

from collections.abc import Sequence

from movieclassifier.features.ngrams import NGrams
from movieclassifier.feedback.ballots import Batch
from movieclassifier.feedback.log.entities import ACCEPTED, CORRECT, INCORRECT
from movieclassifier.feedback.log.raw_statements import NewVote
from movieclassifier.feedback.packed_rows import is_packed, unpack_rows
from movieclassifier.models.classifier import Classifier


def new_ballots(rows: Sequence[NewVote], since: int, position: int, classifier: Classifier) -> list[Batch] | None:
    """Return the accepted votes among new events as numbers.

    Parameters
    ----------
    rows : sequence of NewVote
        What was read from the log.
    since, position : int
        The rows should be the events after the first, up to the second.
    classifier : Classifier

    Returns
    -------
    list of Batch or None
        None if an event is missing, damaged, or anything but a vote. The reason is not told: reading the
        whole log finds it.
    """
    ngrams, labels = classifier.recipe.ngrams, classifier.label_names
    if [row.position for row in rows] != list(range(since + 1, position + 1)):
        return None
    if not all(_is_whole(row, labels, ngrams) for row in rows):
        return None
    try:
        return [_ballot(row, labels, ngrams) for row in rows if row.status == ACCEPTED]
    except ValueError:
        return None


def _is_whole(row: NewVote, labels: Sequence[str], ngrams: NGrams) -> bool:
    is_vote = row.kind in (CORRECT, INCORRECT) and row.vote_position == row.position
    is_readable = row.label in labels and isinstance(row.client, str) and isinstance(row.features, bytes)
    return is_vote and is_readable and is_packed(row.features, ngrams)


def _ballot(row: NewVote, labels: Sequence[str], ngrams: NGrams) -> Batch:
    return Batch(
        vote=[row.position],
        at=[row.position],
        target=[labels.index(str(row.label))],
        client=[str(row.client)],
        trusted=[bool(row.trusted)],
        rows=unpack_rows([row.features or b""], ngrams),
    )
