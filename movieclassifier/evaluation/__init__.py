"""Measuring how good a recipe is."""
