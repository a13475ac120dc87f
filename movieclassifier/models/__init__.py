"""The model: it predicts, explains and learns, and is kept in one file."""
