"""The settings of a model under a name."""
