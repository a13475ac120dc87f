"""What requests write, each in one transaction: predictions, and votes on them. It refuses before it writes."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from movieclassifier.feedback.ballots import Batch
from movieclassifier.feedback.log.appending import vote_row
from movieclassifier.feedback.log.entities import DUPLICATE, UNDONE, Client, Vote
from movieclassifier.feedback.log.entities import REVIEW as FOR_REVIEW
from movieclassifier.feedback.log.errors import Conflict, FeedbackError
from movieclassifier.feedback.log.grouping import WriteGroup
from movieclassifier.feedback.log.limits import Rate, refuse_beyond
from movieclassifier.feedback.log.raw_connections import Raw
from movieclassifier.feedback.log.raw_statements import (
    PredictionRow,
    add_counts,
    forget_counts,
    has_vote,
    insert_predictions,
    insert_vote,
    read_counts,
    read_last_vote,
)
from movieclassifier.feedback.log.row_conversion import vote_from
from movieclassifier.feedback.packed_rows import TextRows, pack_row
from movieclassifier.feedback.served_model import ServedModel
from movieclassifier.feedback.settings import REVIEW, Settings
from movieclassifier.models.classifier import Classifier


@dataclass(frozen=True)
class Tries:
    """Tries of a client that are within its limits, and are not counted yet.

    Attributes
    ----------
    client : str
    windows : mapping of str to int
        The present window of time, by the kind of tries.
    amounts : mapping of str to int
    used : mapping of str to int
        How many were counted before.
    """

    client: str
    windows: Mapping[str, int]
    amounts: Mapping[str, int]
    used: Mapping[str, int]

    def count(self, raw: Raw) -> None:
        """Count them."""
        for kind, window in self.windows.items():
            if kind not in self.used:  # the first of this window
                forget_counts(raw, kind, window)
        add_counts(raw, self.client, self.windows, self.amounts)


def check_limits(raw: Raw, client: Client, amounts: Mapping[str, int], rates: Mapping[str, Rate]) -> Tries:
    """Refuse what would go beyond a client's limits; nothing is counted."""
    at = time.time()
    windows = {kind: int(at // rates[kind].seconds) for kind in amounts}
    used = read_counts(raw, client.address, windows)
    for kind, n in amounts.items():
        refuse_beyond(used.get(kind, 0) + n, kind, rates[kind], at)
    return Tries(client.address, windows, amounts, used)


@dataclass(frozen=True)
class WritePredictions:
    """Predictions of one request."""

    rows: Sequence[PredictionRow]
    client: Client
    amounts: Mapping[str, int]
    rates: Mapping[str, Rate]
    durable: bool = False

    def do(self, raw: Raw, group: WriteGroup) -> None:
        """Count them, and store those that are kept."""
        tries = check_limits(raw, self.client, self.amounts, self.rates)
        with raw.pipelined():
            tries.count(raw)
            if self.rows:
                insert_predictions(raw, self.rows)


@dataclass(frozen=True)
class CastVote:
    """A vote on a prediction.

    Attributes
    ----------
    find : callable
        Finds the prediction again inside the transaction, or raises NotFound.
    rows : TextRows
        The row of its text.
    label : str
    client : Client
    served : ServedModel
        Up to date when the work was queued.
    refresh : callable
        Brings the served model to the head of the log.
    settings : Settings
    hashed_by : Classifier
        Whose settings the row was hashed with.
    hash : callable
        Hashes a text with the settings of the served model.
    """

    find: Callable[[Raw], PredictionRow]
    rows: TextRows
    label: str
    client: Client
    served: ServedModel
    refresh: Callable[[], object]
    settings: Settings
    hashed_by: Classifier
    hash: Callable[[str], TextRows]
    durable: bool = True

    def do(self, raw: Raw, group: WriteGroup) -> Vote:
        """Cast it, unless a vote stands."""
        prediction = self.find(raw)
        if not group.learned and not self.served.catch_up(raw, group.start):
            self.refresh()
        check_label(self.served, self.label, self.settings)
        last = read_last_vote(raw, prediction.id)
        if last is not None and last.status != UNDONE:
            if last.label != self.label:
                raise Conflict(f"A vote for {last.label!r} stands; undo it before you vote for {self.label!r}.")
            return vote_from(last, self.served.held)
        return self._write(raw, group, prediction, attempt=0 if last is None else last.attempt + 1)

    def _write(self, raw: Raw, group: WriteGroup, prediction: PredictionRow, attempt: int) -> Vote:
        tries = check_limits(raw, self.client, {"votes": 1}, self.settings.rates)
        waits = why_it_waits(raw, prediction.digest, self.settings)
        # A different base may be served since the text was hashed.
        rows = self.rows if self.served.classifier is self.hashed_by else self.hash(prediction.text)
        address = self.client.address
        found = self.served.rehearse(rows, self.label, address, after=group.learned)
        vote = vote_row(
            group.position + 1,
            attempt,
            prediction,
            self.label,
            client=address,
            waits=waits,
            before=found.before,
            after=found.after,
            n_known=found.n_known,
        )
        with raw.pipelined():
            tries.count(raw)
            insert_vote(raw, vote, pack_row(rows, self.served.classifier.recipe.ngrams))
        self._tell(group, vote.position, rows, waits)
        return vote_from(vote, {vote.position: found.held} if found.held else {})

    def _tell(self, group: WriteGroup, position: int, rows: TextRows, waits: str | None) -> None:
        """Let the votes that are written after this one in the group know of it."""
        group.position = position
        if self.label not in self.served.classifier.label_names:
            group.is_simple = False
        elif waits is None:
            group.learned.append(self._batch(position, rows))

    def _batch(self, position: int, rows: TextRows) -> Batch:
        target = self.served.classifier.label_names.index(self.label)
        return Batch(
            vote=[position], at=[position], target=[target], client=[self.client.address], trusted=[False], rows=rows
        )


def votable_labels(labels: tuple[str, ...], settings: Settings) -> tuple[str, ...]:
    """Return the labels that may be voted for: the model's, and those that a retraining may make classes."""
    return (*labels, *(name for name in settings.new_labels_of(labels) if name not in labels))


def check_label(served: ServedModel, label: str, settings: Settings) -> None:
    """Refuse a label that may not be voted for."""
    labels = votable_labels(served.classifier.label_names, settings)
    if label not in labels:
        raise FeedbackError(f"The label must be one of {', '.join(labels)}.")


def why_it_waits(raw: Raw, digest: str, settings: Settings) -> str | None:
    """Return why a vote on a text has to wait for a review, if it has to."""
    if settings.mode == REVIEW:
        return FOR_REVIEW
    return DUPLICATE if has_vote(raw, digest) else None
