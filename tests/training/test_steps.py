"""A fit under way: it counts what is left, and goes on from any step."""

import pytest

from movieclassifier.models.scoring import iter_rows
from movieclassifier.models.writing import record_bytes
from movieclassifier.system.compiled import PURE_PYTHON
from movieclassifier.training import fit as training
from movieclassifier.training.fit import fit
from movieclassifier.training.learners.compact_trainer import CompactTrainer
from movieclassifier.training.learners.slot_trainer import SlotTrainer, slots_fit
from movieclassifier.training.learners.trainer import Trainer
from movieclassifier.training.steps import Fit, make_trainer
from tests.support.fits import SAMPLE, plan_for


@pytest.mark.parametrize("passes", [1, 3])
@pytest.mark.parametrize("stop", [1, 3, 8, 9, 15, 10**6])
def test_resumed_fit_equals_an_undisturbed_one(passes, stop, tmp_path):
    plan = plan_for(SAMPLE, passes=passes)
    expected = record_bytes(fit(SAMPLE, plan))
    state = Fit(plan, tmp_path)
    steps = state.run(SAMPLE, checkpoint_every=2)
    for _, _ in zip(range(stop), steps, strict=False):
        pass
    steps.close()
    if stop < 2:
        state.save()
    resumed = fit(SAMPLE, plan, model_dir=tmp_path, checkpoint_every=2, resume=True)
    assert record_bytes(resumed) == expected


def test_calibration_slice_is_vectorized_in_as_many_threads(monkeypatch):
    found = []

    def rows(*arguments):
        found.append(arguments[3])
        return iter_rows(*arguments)

    monkeypatch.setattr(training, "iter_rows", rows)
    fit(SAMPLE, plan_for(SAMPLE), n_threads=3)
    assert found == [3]


def test_resuming_does_not_forget_how_long_a_run_of_one_label_is(tmp_path):
    by_label = sorted(SAMPLE, key=lambda document: document[1])
    plan = plan_for(by_label, minibatch_size=10)
    message = r"documents 1 to 52 are all labelled '0'"
    with pytest.raises(ValueError, match=message):
        fit(by_label, plan)
    for again in (False, True, True):
        with pytest.raises(ValueError, match=message):
            fit(by_label, plan, model_dir=tmp_path, checkpoint_every=1, resume=again)


@pytest.mark.parametrize("settings", [{}, {"passes": 2}, {"recipe": "book"}])
def test_documents_left_count_down_to_none(settings):
    plan = plan_for(SAMPLE, **settings)
    fit = Fit(plan)
    left = [fit.n_left]
    for _ in fit.run(SAMPLE):
        left.append(fit.n_left)
    n_passes = plan.n_steps // plan.n_minibatches
    assert left[0] == n_passes * plan.n_fit
    assert left == sorted(left, reverse=True)
    assert (left[-1], len(left) - 1) == (0, plan.n_steps)


def test_trainer_is_the_compiled_one_where_it_knows_the_recipe(monkeypatch):
    plan = plan_for(SAMPLE)
    expected = SlotTrainer if slots_fit(plan.recipe, 2, plan.min_df, plan.minibatch_size) else Trainer
    assert type(make_trainer(plan)) is expected
    assert type(make_trainer(plan_for([("a", 0), ("b", 1), ("c", 2)]))) is CompactTrainer
    monkeypatch.setenv(PURE_PYTHON, "1")
    assert type(make_trainer(plan)) is Trainer


def test_without_a_folder_no_checkpoint_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    fit = Fit(plan_for(SAMPLE))
    for _ in fit.run(SAMPLE, checkpoint_every=1):
        pass
    fit.save()
    assert list(tmp_path.iterdir()) == []
