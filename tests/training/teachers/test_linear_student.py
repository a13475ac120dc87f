"""A linear layer on labels and soft labels: a label has twice the importance, and few columns can be chosen."""

import numpy as np
import pytest

from movieclassifier.training.learners.soft_targets import SoftSGD
from movieclassifier.training.soft_linear import SoftLinear, SoftOptions, fit_soft
from movieclassifier.training.teachers.lessons import Lessons, Stages
from movieclassifier.training.teachers.linear_student import fit_on_both
from tests.support.soft_layers import NGRAMS

SOFT = np.tile(np.float32([[0.1, 0.9], [0.8, 0.2]]), (20, 1))


@pytest.fixture
def lessons(tmp_path):
    labelled = [(f"a {('dull', 'great')[i % 2]} film", i % 2) for i in range(30)]
    return Lessons(labelled, ["a great story", "a dull story"] * 20, np.arange(30) % 2, 40, 2, Stages(tmp_path))


def test_a_label_counts_twice_and_a_soft_label_once(lessons):
    found = fit_on_both(lessons, SOFT, NGRAMS, passes=3, min_df=1)
    targets = np.concatenate([np.eye(2, dtype=np.float32)[lessons.y], SOFT])
    importance = np.array([2] * 30 + [1] * 40, np.float32)
    options = SoftOptions(1, SoftSGD(3, n_plain_passes=1), lessons.seed)
    wanted = vars(fit_soft(lessons.rows(NGRAMS), targets, importance, n_features=NGRAMS.n_features, options=options))
    for name, array in wanted.items():
        assert found[name].tobytes() == array.tobytes(), name
    assert found["frequency"].max() == 2 * 30 + 40
    assert [cost["stage"] for cost in lessons.stages.costs()][-1] == "Student"


def test_columns_that_were_not_chosen_have_no_weight(lessons):
    columns = SoftLinear(**fit_on_both(lessons, SOFT, NGRAMS, passes=1, min_df=1)).columns
    chosen = fit_on_both(lessons, SOFT, NGRAMS, passes=1, min_df=1, only=columns[:2])
    assert chosen["columns"].tolist() == columns[:2].tolist()
