"""Tables of the log, and their version: an older database is migrated, a newer one refused."""

from collections.abc import Callable

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Engine,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    insert,
    inspect,
    select,
    text,
    update,
)

from movieclassifier.feedback.log.database import transaction
from movieclassifier.feedback.log.live_tables import create_live_tables

metadata = MetaData()

# One row. Whoever appends locks it first, so positions are committed in their order: a sequence would not do, as
# PostgreSQL may commit 8 before 7, and a reader that has seen 8 would never look for 7 again.
head = Table(
    "mc_head",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("base_version", Integer),
)

events = Table(
    "mc_events",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("vote_position", BigInteger),
    Column("prediction_id", Text),
    Column("label", Text),
    Column("status", Text),  # of the vote, after this event
    Column("version", Integer),
    Column("by", Text, nullable=False),
    Column("at", BigInteger, nullable=False),  # milliseconds since 1970, UTC
    Column("note", Text, nullable=False),
    Index("mc_events_by_prediction", "prediction_id"),
)

predictions = Table(
    "mc_predictions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("probabilities", Text, nullable=False),
    Column("model_version", Text, nullable=False),
    Column("explanation", LargeBinary),
    Column("created_at", BigInteger, nullable=False),
    Index("mc_predictions_by_owner", "owner", "created_at"),
    Index("mc_predictions_by_age", "created_at"),
)

# What the events say of each vote, kept up to date in the transaction that appends the event.
votes = Table(
    "mc_votes",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("prediction_id", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Text),
    Column("reviewed", Boolean, nullable=False),
    Column("accepted_at", BigInteger),  # the position of the event that accepted it last: the order of learning
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("n_known", Integer, nullable=False),
    Column("client", Text, nullable=False),
    Column("voted_at", BigInteger, nullable=False),
    Column("features", LargeBinary),  # the text as numbered columns, see ballots.py; None in a log of schema 1
    Column("trusted", Boolean),  # whether the owner imported it
    # A vote counts once, whatever the code above the database does.
    UniqueConstraint("prediction_id", "attempt", name="mc_votes_once"),
    Index("mc_votes_by_digest", "digest"),
    Index("mc_votes_by_client", "client", "voted_at"),
    Index("mc_votes_by_status", "status", "accepted_at"),
)

bases = Table(
    "mc_bases",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("parent", Integer),
    Column("name", Text, nullable=False),
    Column("record", LargeBinary, nullable=False),
    Column("record_sha256", Text, nullable=False),
    Column("weights_sha256", Text, nullable=False),
    Column("folded", Text, nullable=False),  # JSON: the votes in its weights with the events that accepted them
    Column("guard_accuracy", Float),
    Column("created_at", BigInteger, nullable=False),
    Column("by", Text, nullable=False),
    Column("note", Text, nullable=False),
)

counts = Table(
    "mc_counts",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("client", Text, primary_key=True),
    Column("window", BigInteger, primary_key=True, autoincrement=False),
    Column("n", Integer, nullable=False),
)

schema = Table("mc_schema", metadata, Column("version", Integer, nullable=False))


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
