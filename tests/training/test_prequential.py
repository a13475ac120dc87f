import math

from movieclassifier.recipes.linear import Recipe
from movieclassifier.training.plan import Plan
from movieclassifier.training.prequential import CURVE_POINTS, Prequential


def plan(n, passes=1):
    recipe = Recipe().with_settings(calibrate=False, passes=passes)
    return Plan(recipe, (0, 1), (n, n), n, minibatch_size=10)


def test_recent_accuracy_is_that_of_the_last_ten_minibatches():
    found = Prequential(plan(500))
    assert math.isnan(found.recent_accuracy)
    for step in range(20):
        found.add(0 if step < 10 else 9, 10, step)
    assert found.recent_accuracy == 0.9


def test_point_tells_the_accuracy_since_the_one_before():
    found = Prequential(plan(30))
    for step, n_correct in enumerate((5, 10, 0)):
        found.add(n_correct, 10, step)
    assert found.curve == [(10, 0.5), (20, 1.0), (30, 0.0)]
    assert found.since_point == (0, 0)


def test_long_runs_have_about_a_hundred_points_for_each_pass():
    long = plan(10_000, passes=2)
    found = Prequential(long)
    for step in range(long.n_counting, long.n_steps):
        found.add(5, 10, step)
    assert len(found.curve) == 2 * CURVE_POINTS
    assert found.curve[-1] == (20_000, 0.5)
