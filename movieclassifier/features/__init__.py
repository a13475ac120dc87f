"""Texts become rows of numbered columns."""
