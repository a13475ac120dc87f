"""How long tests wait for something that comes within a second on a machine that does nothing else."""

PATIENCE = 300
"""Seconds; a test that waits as long has failed."""
