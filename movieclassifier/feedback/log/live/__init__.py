"""The tables of news and posts: feeds, items, the model's answers on them, searches, and drift by day."""
