"""The arithmetic of learning: log-count ratio and SGD."""
