"""Training by shards: the same bits from any number of workers."""
