"""Tables of the log, and their version: an older database is migrated, a newer one refused."""

from collections.abc import Callable

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Engine,
    Index,
    MetaData,
    Table,
    UniqueConstraint,
    insert,
    inspect,
    select,
    text,
    update,
)

from movieclassifier.feedback.log.database import transaction
from movieclassifier.feedback.log.live.schema import create_live_tables
from movieclassifier.feedback.log.stored import Blob, Real, Small, Whole, Words

metadata = MetaData()

# One row. Whoever appends locks it first, so positions are committed in their order: a sequence would not do, as
# PostgreSQL may commit 8 before 7, and a reader that has seen 8 would never look for 7 again.
head = Table(
    "mc_head",
    metadata,
    Column("id", Small, primary_key=True),
    Column("position", Whole, nullable=False),
    Column("base_version", Small),
)

events = Table(
    "mc_events",
    metadata,
    Column("position", Whole, primary_key=True, autoincrement=False),
    Column("kind", Words, nullable=False),
    Column("vote_position", Whole),
    Column("prediction_id", Words),
    Column("label", Words),
    Column("status", Words),  # of the vote, after this event
    Column("version", Small),
    Column("by", Words, nullable=False),
    Column("at", Whole, nullable=False),  # milliseconds since 1970, UTC
    Column("note", Words, nullable=False),
    Index("mc_events_by_prediction", "prediction_id"),
)

predictions = Table(
    "mc_predictions",
    metadata,
    Column("id", Words, primary_key=True),
    Column("owner", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("digest", Words, nullable=False),
    Column("label", Words, nullable=False),
    Column("probabilities", Words, nullable=False),
    Column("model_version", Words, nullable=False),
    Column("explanation", Blob),
    Column("created_at", Whole, nullable=False),
    Index("mc_predictions_by_owner", "owner", "created_at"),
    Index("mc_predictions_by_age", "created_at"),
)

# The state of each vote after all events, kept up to date in the transaction that appends an event.
votes = Table(
    "mc_votes",
    metadata,
    Column("position", Whole, primary_key=True, autoincrement=False),
    Column("prediction_id", Words, nullable=False),
    Column("attempt", Small, nullable=False),
    Column("digest", Words, nullable=False),
    Column("label", Words, nullable=False),
    Column("verdict", Words, nullable=False),
    Column("status", Words, nullable=False),
    Column("reason", Words),
    Column("reviewed", Boolean, nullable=False),
    Column("accepted_at", Whole),  # the position of the event that accepted it last: the order of learning
    Column("before", Words, nullable=False),
    Column("after", Words, nullable=False),
    Column("n_known", Small, nullable=False),
    Column("client", Words, nullable=False),
    Column("voted_at", Whole, nullable=False),
    Column("features", Blob),  # the text as numbered columns, see ballots.py; None in a log of schema 1
    Column("trusted", Boolean),  # whether the owner imported it
    # A vote counts once, even if the code above the database has a fault.
    UniqueConstraint("prediction_id", "attempt", name="mc_votes_once"),
    Index("mc_votes_by_digest", "digest"),
    Index("mc_votes_by_client", "client", "voted_at"),
    Index("mc_votes_by_status", "status", "accepted_at"),
)

bases = Table(
    "mc_bases",
    metadata,
    Column("version", Small, primary_key=True, autoincrement=False),
    Column("kind", Words, nullable=False),
    Column("parent", Small),
    Column("name", Words, nullable=False),
    Column("record", Blob, nullable=False),
    Column("record_sha256", Words, nullable=False),
    Column("weights_sha256", Words, nullable=False),
    Column("folded", Words, nullable=False),  # JSON: the votes in its weights with the events that accepted them
    Column("guard_accuracy", Real),
    Column("created_at", Whole, nullable=False),
    Column("by", Words, nullable=False),
    Column("note", Words, nullable=False),
)

counts = Table(
    "mc_counts",
    metadata,
    Column("kind", Words, primary_key=True),
    Column("client", Words, primary_key=True),
    Column("window", Whole, primary_key=True, autoincrement=False),
    Column("n", Small, nullable=False),
)

schema = Table("mc_schema", metadata, Column("version", Small, nullable=False))


def add_features_to_votes(connection: Connection) -> None:
    """Migrate to version 2: a vote keeps its row, whether it is trusted, and can be found by its client."""
    binary = "BYTEA" if connection.dialect.name == "postgresql" else "BLOB"
    connection.execute(text(f"ALTER TABLE mc_votes ADD COLUMN features {binary}"))
    connection.execute(text("ALTER TABLE mc_votes ADD COLUMN trusted BOOLEAN"))
    connection.execute(text("CREATE INDEX mc_votes_by_client ON mc_votes (client, voted_at)"))


# MIGRATIONS[n] takes a database from version n + 1 to n + 2. A new database gets all tables as they are above, so a
# change of the tables is made twice: there, and as a migration for databases that exist.
MIGRATIONS: list[Callable[[Connection], None]] = [add_features_to_votes, create_live_tables]


def prepare(engine: Engine) -> None:
    """Bring a database to the version of this code; several processes may do so at once.

    Raises
    ------
    ValueError
        If the database was written by a newer version.
    Unavailable
        If it cannot be used.
    """
    with transaction(engine) as connection:
        if engine.dialect.name == "postgresql":
            # Any number that every process takes; it is released with the transaction.
            connection.execute(text("SELECT pg_advisory_xact_lock(7203142)"))
        version, latest = _version(connection), 1 + len(MIGRATIONS)
        if version > latest:
            raise ValueError(
                f"the database {engine.url.render_as_string()} has schema {version}, this version of movieclassifier "
                f"knows {latest}; upgrade movieclassifier."
            )
        if version == 0:
            metadata.create_all(connection)
            create_live_tables(connection)
            connection.execute(insert(schema).values(version=latest))
            connection.execute(insert(head).values(id=1, position=0))
        elif version < latest:
            for migrate in MIGRATIONS[version - 1 :]:
                migrate(connection)
            connection.execute(update(schema).values(version=latest))


def _version(connection: Connection) -> int:
    if not inspect(connection).has_table(schema.name):
        return 0
    return int(connection.scalar(select(schema.c.version)) or 0)
