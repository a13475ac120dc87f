"""Bundles hold all items once, in their order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.training.engines.tasks import MANY_WORKERS, bundles_of, given_up, n_bundles_for


@given(st.integers(0, 300), st.integers(1, 2 * MANY_WORKERS))
def test_bundles_hold_all_items_once(n_items, n_workers):
    bundles = bundles_of(range(n_items), n_workers)
    assert [item for bundle in bundles for item in bundle] == list(range(n_items))
    assert len(bundles) == min(n_items, n_bundles_for(n_workers))
    assert all(map(len, bundles))


def test_many_workers_get_a_bundle_each():
    assert n_bundles_for(4) == 8
    assert n_bundles_for(MANY_WORKERS + 1) == MANY_WORKERS + 1


def test_a_task_that_is_given_up_is_an_error_unless_it_is_forgiven():
    error = ChildProcessError("it has died")
    assert given_up(error, forgiving=True) is error
    with pytest.raises(ChildProcessError, match="it has died"):
        given_up(error, forgiving=False)
