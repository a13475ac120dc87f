"""The facts of a checkpoint come back, and say whether a run may go on from there."""

from dataclasses import replace

import pytest

from movieclassifier.recipes.linear import Recipe
from movieclassifier.training.checkpoint_facts import CheckpointFacts, check_plan
from movieclassifier.training.plan import Plan

PLAN = Plan(Recipe(), (0, 1), (50, 50), 90, sha256="5e4f", minibatch_size=10)
FACTS = CheckpointFacts(PLAN, 3, 9, [(30, 0.5)], (4, 10), (1, 2))


def test_facts_come_back_from_text():
    assert CheckpointFacts.from_json(FACTS.to_json()) == FACTS
    assert not FACTS.is_finished
    assert replace(FACTS, n_steps_done=9).is_finished


@pytest.mark.parametrize(
    ("written", "spoiled", "message"),
    [
        ('"n_steps_done": 3', '"n_steps_done": 10', "the step count is invalid: 10 of 9"),
        ('"n_steps_done": 3', '"n_steps_done": "3"', "the step count is invalid: '3' of 9"),
        ('"format": 3', '"format": 2', "its format is 2, this version reads 3"),
        ('"curve"', '"other"', "it lacks curve"),
        ("[[30, 0.5]]", "[[30]]", "its learning curve is invalid"),
        ('"label_run": [1, 2]', '"label_run": [1.5, 2]', "its run of one label is invalid"),
    ],
)
def test_spoiled_facts_are_refused(written, spoiled, message):
    text = FACTS.to_json()
    assert written in text
    with pytest.raises(ValueError, match=message):
        CheckpointFacts.from_json(text.replace(written, spoiled))


def test_all_that_differs_is_named():
    other = replace(PLAN, seed=2, recipe=Recipe().with_settings(alpha=1e-3), allow_sorted=True)
    with pytest.raises(
        ValueError, match=r"x belongs to a different run: alpha was 1e-06, is 0.001; seed was 1, is 2\. "
    ):
        check_plan("x", PLAN, other, without=["allow_sorted"])
    check_plan("x", PLAN, replace(PLAN, corpus=("b.csv",)))


@pytest.mark.parametrize("continue_", [False, True])
def test_run_goes_on_from_its_own_checkpoint_alone(continue_):
    continued = replace(FACTS, plan=replace(PLAN, earlier=(("a", 1, ()),)))
    facts = continued if continue_ else FACTS
    assert facts.belongs_to(PLAN, continue_)
    assert not facts.belongs_to(PLAN, not continue_)
    assert not facts.belongs_to(replace(PLAN, seed=2), continue_)
