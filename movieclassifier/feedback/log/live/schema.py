"""The tables of news and posts; an item that is voted on is in the log, too."""

from sqlalchemy import Boolean, Column, Connection, Index, MetaData, Table

from movieclassifier.feedback.log.stored import Count, Share, Small, Whole, Words

metadata = MetaData()

feeds = Table(
    "mc_feeds",
    metadata,
    Column("url", Words, primary_key=True),
    Column("name", Words, nullable=False),
    Column("etag", Words, nullable=False),
    Column("modified", Words, nullable=False),
    Column("digest", Words, nullable=False),  # of the body: an equal one need not be parsed
    Column("asked_at", Whole),  # milliseconds since 1970, UTC, as all times here
    Column("answered_at", Whole),
    Column("next_at", Whole, nullable=False),
    Column("n_faults", Count, nullable=False),  # in a row
    Column("fault", Words, nullable=False),
    Column("moved_to", Words, nullable=False),
    Column("n_moved", Count, nullable=False),
    Column("is_gone", Boolean, nullable=False),
)

items = Table(
    "mc_items",
    metadata,
    Column("id", Small, primary_key=True),
    Column("kind", Words, nullable=False),
    Column("source", Words, nullable=False),
    # An item is known by its identifier, by its link without parameters that only count clicks, or by its text.
    Column("id_key", Words, nullable=False, unique=True),
    Column("url_key", Words, nullable=False),
    Column("digest", Words, nullable=False),  # of the text that is classified, as the log has it
    Column("url", Words, nullable=False),
    Column("title", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("author", Words, nullable=False),
    Column("language", Words, nullable=False),
    Column("categories", Words, nullable=False),  # JSON
    Column("text_from", Words, nullable=False),
    Column("published_at", Whole),
    Column("seen_at", Whole, nullable=False),
    Column("shown_at", Whole, nullable=False),  # published, or seen where that is not known: the order of the page
    Index("mc_items_by_time", "kind", "shown_at"),
    Index("mc_items_by_url", "url_key"),
    Index("mc_items_by_digest", "digest"),
)

judged = Table(
    "mc_judged",
    metadata,
    Column("item", Small, primary_key=True, autoincrement=False),
    Column("model_version", Words, nullable=False),
    Column("outcome", Words, nullable=False),  # a label, "other", or "" where nothing can be told
    Column("label", Words, nullable=False),
    Column("probability", Share, nullable=False),
    Column("probabilities", Words, nullable=False),  # JSON
    Column("n_known", Count, nullable=False),
    Column("unknown_share", Share, nullable=False),
    Index("mc_judged_by_version", "model_version"),
)

searches = Table(
    "mc_searches",
    metadata,
    Column("id", Small, primary_key=True),
    Column("key", Words, nullable=False, unique=True),
    Column("source", Words, nullable=False),
    Column("query", Words, nullable=False),
    Column("asked_at", Whole, nullable=False),
    Column("answered_at", Whole),
    Column("fault", Words, nullable=False),
)

found = Table(
    "mc_found",
    metadata,
    Column("search", Small, primary_key=True, autoincrement=False),
    Column("item", Small, primary_key=True, autoincrement=False),
    Column("place", Small, nullable=False),
)

drift = Table(
    "mc_drift",
    metadata,
    Column("day", Words, primary_key=True),
    Column("source", Words, primary_key=True),
    Column("n", Count, nullable=False),
    Column("n_other", Count, nullable=False),
    Column("n_untold", Count, nullable=False),
    Column("probability", Share, nullable=False),  # the mean
    Column("unknown_share", Share, nullable=False),  # the mean
    Column("n_votes", Count, nullable=False),
    Column("n_right", Count, nullable=False),
)

leases = Table(
    "mc_leases",
    metadata,
    Column("name", Words, primary_key=True),
    Column("holder", Words, nullable=False),
    Column("until", Whole, nullable=False),
)


def create_live_tables(connection: Connection) -> None:
    """Add what the live pages keep."""
    metadata.create_all(connection)
