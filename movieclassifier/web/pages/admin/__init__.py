"""The owner's pages: what waits, what was said, what the model is made of; behind a password."""
