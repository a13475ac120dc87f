"""The live pages: today's news and posts, what the model says of them, and how it drifts."""
