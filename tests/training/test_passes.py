"""Passes visit every minibatch once, in an order that an interruption does not change."""

import pytest

from movieclassifier.recipes.linear import Recipe
from movieclassifier.training.passes import drop_cache, iter_first_pass, iter_later_passes, open_cache
from movieclassifier.training.plan import Plan

DOCUMENTS = [(f"word{i} again", i % 2) for i in range(95)]


def plan(passes):
    recipe = Recipe().with_settings(n_features=64, passes=passes, calibrate=False)
    return Plan(recipe, (0, 1), (48, 47), 95, minibatch_size=10)


def test_first_pass_goes_on_where_it_was_and_leaves_the_rest_unread():
    stream = iter([*DOCUMENTS, ("unread", 1)])
    sizes = [len(y) for _, y in iter_first_pass(plan(1), stream, 7, 1)]
    assert sizes == [10, 10, 5]
    assert next(stream) == ("unread", 1)


@pytest.mark.parametrize("n_steps_done", [10, 13, 20, 29, 39])
def test_later_passes_have_orders_of_their_own_wherever_they_start(n_steps_done, tmp_path):
    several = plan(3)

    def visited(n_done, cache):
        return [y.tolist() + rows.columns.tolist() for rows, y in iter_later_passes(several, cache, n_done)]

    with open_cache(several, tmp_path, 0, keep=True) as cache:
        for rows, y in iter_first_pass(several, iter(DOCUMENTS), 0, 1):
            cache.append(rows, y)
        whole = visited(10, cache)
        assert visited(n_steps_done, cache) == whole[n_steps_done - 10 :]
    first, second, third = whole[:10], whole[10:20], whole[20:]
    assert sorted(map(str, first)) == sorted(map(str, second)) == sorted(map(str, third))
    assert first != second != third


def test_one_pass_needs_no_cache_and_removes_that_of_an_earlier_run(tmp_path):
    (tmp_path / "minibatches.cache").write_bytes(b"left")
    with open_cache(plan(1), tmp_path, 0, keep=True) as cache:
        assert cache is None
    assert list(tmp_path.iterdir()) == []
    drop_cache(None)
