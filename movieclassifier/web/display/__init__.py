"""How figures, words and texts are shown on a page."""
