"""The pages of the documentation; ``extension`` makes parts of them from the code."""
