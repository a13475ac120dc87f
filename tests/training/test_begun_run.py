"""The plan of a run that has begun is kept until the run has finished."""

import os

import pytest

from movieclassifier.training.begun_run import BEGUN, begin, has_finished, load_begun, remove_begun
from movieclassifier.training.checkpoints import CHECKPOINT, COUNTS, STATE, WEIGHTS
from tests.support.fits import SAMPLE, plan_for

PLAN, OTHER = plan_for(SAMPLE), plan_for(SAMPLE, passes=2)


def test_plan_is_kept_until_the_run_has_finished(tmp_path):
    assert load_begun(tmp_path) is None
    begin(tmp_path, PLAN)
    assert load_begun(tmp_path) == PLAN
    (tmp_path / f".{BEGUN}.0123.tmp").touch()
    remove_begun(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_new_run_removes_what_an_interrupted_one_has_left(tmp_path):
    for name in (CHECKPOINT, WEIGHTS, COUNTS):
        (tmp_path / name).touch()
    begin(tmp_path, PLAN)
    assert os.listdir(tmp_path) == [BEGUN]


@pytest.mark.parametrize("name", [CHECKPOINT, WEIGHTS])
def test_a_resumed_run_keeps_the_plan_of_its_checkpoint(name, tmp_path):
    begin(tmp_path, PLAN)
    begin(tmp_path, OTHER, resume=True)
    assert load_begun(tmp_path) == OTHER  # nothing was computed
    (tmp_path / name).touch()
    begin(tmp_path, PLAN, resume=True)
    assert load_begun(tmp_path) == OTHER


def test_a_continued_run_keeps_no_plan(tmp_path):
    begin(tmp_path, PLAN)
    begin(tmp_path, OTHER, continue_=True)
    assert load_begun(tmp_path) is None


@pytest.mark.parametrize("name", [BEGUN, CHECKPOINT, STATE, WEIGHTS])
def test_a_run_has_finished_where_there_is_a_model_alone(name, tmp_path):
    assert not has_finished(tmp_path)
    (tmp_path / "classifier.npz").touch()
    assert has_finished(tmp_path)
    (tmp_path / name).touch()
    assert not has_finished(tmp_path)


def test_what_is_no_file_is_refused(tmp_path):
    (tmp_path / BEGUN).symlink_to(tmp_path / "nowhere")
    with pytest.raises(ValueError, match=r"training\.json is damaged \(it is no file\); start without resume=True"):
        load_begun(tmp_path)
