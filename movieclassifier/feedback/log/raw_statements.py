"""The statements of the hot paths, and the rows that they write and read."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, get_args, get_type_hints

from movieclassifier.feedback.log.entities import UNDONE
from movieclassifier.feedback.log.errors import Misread
from movieclassifier.feedback.log.raw_connections import Raw
from movieclassifier.feedback.log.stored import read_position


class PredictionRow(NamedTuple):
    """A stored prediction."""

    id: str
    owner: str
    text: str
    digest: str
    label: str
    probabilities: str
    model_version: str
    explanation: bytes | None
    created_at: int


class VoteRow(NamedTuple):
    """A vote as the log has it."""

    position: int
    prediction_id: str
    attempt: int
    digest: str
    label: str
    verdict: str
    status: str
    reason: str | None
    reviewed: bool
    accepted_at: int | None
    before: str
    after: str
    n_known: int
    client: str
    voted_at: int


def _types(row: Any) -> tuple[tuple[type, ...], ...]:
    """Return which types each field of a row may have; SQLite keeps a bool as a number."""
    found = [get_args(hint) or (hint,) for hint in get_type_hints(row).values()]
    return tuple((*types, int) if bool in types else types for types in found)


COUNT_TYPES = (str,), (int,), (int,)
PREDICTION_TYPES, VOTE_TYPES = _types(PredictionRow), _types(VoteRow)


class NewVote(NamedTuple):
    """An event, and what learning needs of the vote that it is about."""

    position: int
    kind: str
    status: str | None
    vote_position: int | None
    label: str | None
    client: str | None
    trusted: bool | None
    features: bytes | None


PREDICTION = ", ".join(PredictionRow._fields)
VOTE = ", ".join(f'"{name}"' for name in VoteRow._fields)


def read_head(raw: Raw, *, lock: bool = False) -> tuple[int, int | None]:
    """Return the position of the last event and the base that is served."""
    suffix = " FOR UPDATE" if lock and raw.dialect == "postgresql" else ""
    statement = f"SELECT position, base_version FROM mc_head{suffix}"  # noqa: S608
    row = raw.execute(statement).fetchone()
    if row is None or type(row[1]) not in (int, type(None)):
        raise Misread("no number of the base that it serves")
    return read_position(row[0]), row[1]


def read_new_votes(raw: Raw, since: int, n: int) -> list[NewVote]:
    """Return the first few events after a position, each with the vote that it is about."""
    statement = (
        "SELECT e.position, e.kind, e.status, e.vote_position, v.label, v.client, v.trusted, v.features "
        "FROM mc_events e LEFT JOIN mc_votes v ON v.position = e.vote_position "
        "WHERE e.position > ? ORDER BY e.position LIMIT ?"
    )
    return [NewVote(*row) for row in raw.execute(statement, (since, n)).fetchall()]


def read_prediction(raw: Raw, prediction_id: str, owner: str) -> PredictionRow | None:
    """Return a prediction of an owner."""
    statement = f"SELECT {PREDICTION} FROM mc_predictions WHERE id = ? AND owner = ?"  # noqa: S608
    row = raw.execute(statement, (prediction_id, owner)).fetchone()
    return None if row is None else PredictionRow(*_checked(row, PREDICTION_TYPES))


def read_last_vote(raw: Raw, prediction_id: str) -> VoteRow | None:
    """Return the last vote on a prediction."""
    statement = f"SELECT {VOTE} FROM mc_votes WHERE prediction_id = ? ORDER BY attempt DESC LIMIT 1"  # noqa: S608
    row = raw.execute(statement, (prediction_id,)).fetchone()
    return None if row is None else VoteRow(*_checked(row, VOTE_TYPES))


def has_vote(raw: Raw, digest: str) -> bool:
    """Tell whether a text has a vote that stands, or one on which the owner has decided."""
    true = "1" if raw.dialect == "sqlite" else "TRUE"
    statement = f"SELECT 1 FROM mc_votes WHERE digest = ? AND (status <> '{UNDONE}' OR reviewed = {true}) LIMIT 1"  # noqa: S608
    return raw.execute(statement, (digest,)).fetchone() is not None


def read_counts(raw: Raw, client: str, windows: Mapping[str, int]) -> dict[str, int]:
    """Return how often a client tried things in their present windows of time, by the kinds of things."""
    marks = ", ".join("?" * len(windows))
    statement = (
        f'SELECT kind, "window", n FROM mc_counts WHERE client = ? AND kind IN ({marks}) AND "window" IN ({marks})'  # noqa: S608
    )
    found = raw.execute(statement, (client, *windows, *windows.values())).fetchall()
    return {kind: n for kind, window, n in (_checked(row, COUNT_TYPES) for row in found) if windows[kind] == window}


def add_counts(raw: Raw, client: str, windows: Mapping[str, int], amounts: Mapping[str, int]) -> None:
    """Count tries of a client."""
    rows = ", ".join(["(?, ?, ?, ?)"] * len(amounts))
    raw.execute(
        f'INSERT INTO mc_counts (kind, client, "window", n) VALUES {rows} '  # noqa: S608
        'ON CONFLICT (kind, client, "window") DO UPDATE SET n = mc_counts.n + excluded.n',
        [value for kind, n in amounts.items() for value in (kind, client, windows[kind], n)],
    )


def forget_counts(raw: Raw, kind: str, window: int) -> None:
    """Forget the counts of earlier windows."""
    raw.execute('DELETE FROM mc_counts WHERE kind = ? AND "window" < ?', (kind, window))


def insert_predictions(raw: Raw, rows: Sequence[PredictionRow]) -> None:
    """Store predictions."""
    raw.execute_many(f"INSERT INTO mc_predictions ({PREDICTION}) VALUES ({_marks(PredictionRow)})", rows)  # noqa: S608


def insert_vote(raw: Raw, vote: VoteRow, features: bytes) -> None:
    """Append a vote, its event and the new head of the log."""
    raw.execute(
        "INSERT INTO mc_events (position, kind, vote_position, prediction_id, label, status, version, "
        '"by", "at", note) VALUES (?, ?, ?, ?, ?, ?, NULL, ?, ?, \'\')',
        (
            vote.position,
            vote.verdict,
            vote.position,
            vote.prediction_id,
            vote.label,
            vote.status,
            vote.client,
            vote.voted_at,
        ),
    )
    raw.execute(
        f"INSERT INTO mc_votes ({VOTE}, features, trusted) VALUES ({_marks(VoteRow)}, ?, ?)",  # noqa: S608
        (*vote, features, False),
    )
    raw.execute("UPDATE mc_head SET position = ?", (vote.position,))


def _checked(row: Sequence[Any], types: Sequence[tuple[type, ...]]) -> Sequence[Any]:
    """Return a row whose fields have their types."""
    for value, allowed in zip(row, types, strict=True):
        if type(value) not in allowed:
            raise Misread(f"{value!r:.40} in place of {' or '.join(kind.__name__ for kind in allowed)}")
    return row


def _marks(row: Any) -> str:
    return ", ".join("?" * len(row._fields))
