"""The short form of the campaigns of ``tests/scripts/hostile_files.py``: forged and mutated files crash nothing."""

import pytest

from tests.scripts.hostile_files import attack
from tests.scripts.hostile_kinds import KINDS

# A fit or a server goes on from each of these files, which takes longer than reading one.
SHORT = {"database": 30, "live-database": 20} | dict.fromkeys(("pickle", "sparse-pickle", "record", "journal"), 500)


@pytest.mark.parametrize("kind", KINDS)
def test_forged_and_mutated_files_crash_nothing(kind):
    n = SHORT.get(kind, 150)
    outcome = attack(kind, n=n, seed=1)
    assert (outcome.n_tried, outcome.crashes) == (n, [])
    assert outcome.n_refused > 0
