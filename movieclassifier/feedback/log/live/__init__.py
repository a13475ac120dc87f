"""What comes from outside, beside the log: feeds, items, what the model said of them, searches, and drift by day."""
