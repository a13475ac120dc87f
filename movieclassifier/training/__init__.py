"""A stream and a recipe become a model."""
