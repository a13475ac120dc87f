"""How good a recipe is."""
