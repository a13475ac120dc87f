"""What travels between driver and workers."""

import numpy as np
import pytest

from movieclassifier.training.shards.messages import LiveColumns
from tests.support.shards import settings_of


@pytest.mark.parametrize(("classes", "positions"), [((0, 1), (1,)), (("a", "b", "c"), (0, 1, 2))])
def test_two_classes_share_a_row_of_weights(classes, positions, tmp_path):
    assert settings_of(tmp_path, classes=classes).positions == positions


def test_a_column_is_found_among_the_live_ones():
    live = LiveColumns(np.array([1, 4], np.int32), np.ones((1, 2)))
    assert live.lookup(6).tolist() == [-1, 0, -1, -1, 1, -1]
