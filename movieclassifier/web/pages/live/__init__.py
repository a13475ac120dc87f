"""The live pages: today's news and posts, the model's answers on them, and the drift of the news."""
