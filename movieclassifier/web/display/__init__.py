"""Figures, words and texts as a page shows them."""
