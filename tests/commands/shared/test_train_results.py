"""Steps after a fit: what is said about the model, and what is kept for later."""

from dataclasses import replace

import pytest

from movieclassifier.commands.shared.train_results import finish, next_steps
from movieclassifier.training.checkpoints import CHECKPOINT, STATE
from movieclassifier.training.options import RunOptions
from movieclassifier.training.steps import Fit
from tests.support.fits import SAMPLE, plan_for


@pytest.mark.parametrize(("keeps", "left"), [(True, [STATE]), (False, [])])
def test_a_finished_run_leaves_its_state_only_if_that_is_wanted(tmp_path, keeps, left):
    for _ in Fit(plan_for(SAMPLE), tmp_path).run(SAMPLE, checkpoint_every=1):
        pass
    assert (tmp_path / CHECKPOINT).exists()
    finish(replace(RunOptions(), model_dir=str(tmp_path), keep_state=keeps))
    assert [path.name for path in tmp_path.iterdir()] == left


def test_the_folder_of_a_default_model_need_not_be_named():
    assert "--model" not in next_steps("pkl_objects")
    assert next_steps("my models").endswith("movieclassifier serve --model 'my models'")
