"""Tables of what comes from outside, beside the log; an item that is voted on is in the log as well."""

from sqlalchemy import BigInteger, Boolean, Column, Connection, Float, Index, Integer, MetaData, Table, Text

metadata = MetaData()

feeds = Table(
    "mc_feeds",
    metadata,
    Column("url", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("etag", Text, nullable=False),
    Column("modified", Text, nullable=False),
    Column("digest", Text, nullable=False),  # of the body: an equal one need not be parsed
    Column("asked_at", BigInteger),  # milliseconds since 1970, UTC, as all times here
    Column("answered_at", BigInteger),
    Column("next_at", BigInteger, nullable=False),
    Column("n_faults", Integer, nullable=False),  # in a row
    Column("fault", Text, nullable=False),
    Column("moved_to", Text, nullable=False),
    Column("n_moved", Integer, nullable=False),
    Column("is_gone", Boolean, nullable=False),
)

items = Table(
    "mc_items",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("source", Text, nullable=False),
    # What tells that an item is known: its identifier, its link without what only counts clicks, its text.
    Column("id_key", Text, nullable=False, unique=True),
    Column("url_key", Text, nullable=False),
    Column("digest", Text, nullable=False),  # of the text that is classified, as the log has it
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("categories", Text, nullable=False),  # JSON
    Column("text_from", Text, nullable=False),
    Column("published_at", BigInteger),
    Column("seen_at", BigInteger, nullable=False),
    Column("shown_at", BigInteger, nullable=False),  # published, or seen where that is not known: the order of the page
    Index("mc_items_by_time", "kind", "shown_at"),
    Index("mc_items_by_url", "url_key"),
    Index("mc_items_by_digest", "digest"),
)

judged = Table(
    "mc_judged",
    metadata,
    Column("item", Integer, primary_key=True, autoincrement=False),
    Column("model_version", Text, nullable=False),
    Column("outcome", Text, nullable=False),  # a label, "other", or "" where nothing can be told
    Column("label", Text, nullable=False),
    Column("probability", Float, nullable=False),
    Column("probabilities", Text, nullable=False),  # JSON
    Column("n_known", Integer, nullable=False),
    Column("unknown_share", Float, nullable=False),
    Index("mc_judged_by_version", "model_version"),
)

searches = Table(
    "mc_searches",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("source", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("answered_at", BigInteger),
    Column("fault", Text, nullable=False),
)

found = Table(
    "mc_found",
    metadata,
    Column("search", Integer, primary_key=True, autoincrement=False),
    Column("item", Integer, primary_key=True, autoincrement=False),
    Column("place", Integer, nullable=False),
)

drift = Table(
    "mc_drift",
    metadata,
    Column("day", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("n", Integer, nullable=False),
    Column("n_other", Integer, nullable=False),
    Column("n_untold", Integer, nullable=False),
    Column("probability", Float, nullable=False),  # the mean
    Column("unknown_share", Float, nullable=False),  # the mean
    Column("n_votes", Integer, nullable=False),
    Column("n_right", Integer, nullable=False),
)

leases = Table(
    "mc_leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("until", BigInteger, nullable=False),
)


def create_live_tables(connection: Connection) -> None:
    """Add what the live pages keep."""
    metadata.create_all(connection)
