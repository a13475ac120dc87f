"""The owner's pages, behind a password: votes that wait, all votes, and the versions of the model."""
