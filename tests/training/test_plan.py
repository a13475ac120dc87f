"""A plan counts its steps, and comes back from JSON as it was."""

import json
from dataclasses import replace

import pytest

from movieclassifier.recipes.linear import Recipe
from movieclassifier.training.plan import CHECKS, MAX_CALIBRATION, Plan

PLAN = Plan(
    Recipe().with_settings(stop_words=("the",)),
    ("bad", "good"),
    (500, 500),
    900,
    sha256="5e4f",
    reading='{"format": "csv"}',
    minibatch_size=100,
    n_keep=5,
    earlier=(("7f0a", 100, ("a.csv",)),),
    corpus=("b.csv",),
    label_names=("negative", "positive"),
)


def test_plan_comes_back_from_json():
    assert Plan.from_dict(json.loads(json.dumps(PLAN.to_dict()))) == PLAN


@pytest.mark.parametrize("name", CHECKS)
@pytest.mark.parametrize("value", [{}, 1.5, [[]], -1, [None]], ids=str)
def test_setting_of_a_different_type_is_refused_by_name(name, value):
    with pytest.raises(ValueError, match=f"^{name} of its plan is "):
        Plan.from_dict(PLAN.to_dict() | {name: value})


def test_settings_that_are_missing_or_too_many_are_refused():
    settings = PLAN.to_dict()
    for wrong in (None, [], settings | {"luck": 1}, {name: settings[name] for name in settings if name != "seed"}):
        with pytest.raises(ValueError, match="a plan "):
            Plan.from_dict(wrong)


@pytest.mark.parametrize(("passes", "n_steps", "n_counting"), [(1, 9, 0), (3, 36, 9)])
def test_steps_of_all_passes_are_counted(passes, n_steps, n_counting):
    plan = Plan(Recipe().with_settings(passes=passes), (0, 1), (500, 500), 900, minibatch_size=100)
    assert (plan.n_calibration, plan.n_fit, plan.n_minibatches) == (45, 855, 9)
    assert (plan.n_steps, plan.n_counting) == (n_steps, n_counting)


def test_more_shards_than_documents_are_refused():
    assert replace(PLAN, n_train=40, n_shards=38).n_fit == 38
    with pytest.raises(
        ValueError, match=r"n_shards must be at most 38, the documents to fit; got 1,000,000,000; lower n_shards"
    ):
        replace(PLAN, n_train=40, n_shards=10**9)


def test_calibration_slice_is_a_twentieth_at_most_two_thousand():
    plans = [Plan(Recipe(), (0, 1), (9, 9), n) for n in (19, 20, 10**6)]
    assert [plan.n_calibration for plan in plans] == [0, 1, MAX_CALIBRATION]
    assert Plan(Recipe().with_settings(calibrate=False), (0, 1), (9, 9), 1000).n_calibration == 0


def test_min_df_follows_all_documents_unless_the_recipe_says_it():
    assert Plan(Recipe(), (0, 1), (9, 9), 9_000).min_df == 1
    assert Plan(Recipe(), (0, 1), (9, 9), 9_000, earlier=(("a", 9_000, ()),)).min_df == 4
    assert Plan(Recipe().with_settings(min_df=2), (0, 1), (9, 9), 10**6).min_df == 2


def test_the_larger_number_is_told_of_a_corpus_that_was_seen_twice():
    plan = Plan(Recipe(), (0, 1), (9, 9), 50, sha256="a", earlier=(("a", 70, ()), ("b", 3, ())))
    assert plan.seen() == {"a": 70, "b": 3}
