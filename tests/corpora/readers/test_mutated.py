"""Mutated corpora of every kind are read or refused: no crash, no hang, no traceback. The script does more of them."""

import pytest

from tests.scripts.mutated_corpora import MAKERS, campaign


@pytest.mark.parametrize("kind", MAKERS)
def test_mutated_corpora_are_read_or_refused(kind):
    counts, faults = campaign(60, 7, [kind], tell=lambda line: None)
    assert faults == []
    assert counts[kind].total() == 60
    assert {"read", "refused"} == counts[kind].keys()
