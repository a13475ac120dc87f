"""The files of finished stages: read again, or refused in one line."""

import numpy as np
import pytest

from movieclassifier.training.teachers.lessons import Stages


def test_stage_that_is_finished_is_not_done_again(tmp_path):
    stages = Stages(tmp_path)
    arrays = {"words": np.array(["a", "film"]), "d": np.arange(3.0)}
    assert stages.arrays("words", lambda: arrays).keys() == arrays.keys()
    found = stages.arrays("words", lambda: pytest.fail("the stage was done twice"))
    assert {name: array.tolist() for name, array in found.items()} == {"words": ["a", "film"], "d": [0, 1, 2]}


@pytest.mark.parametrize("content", [b"", b"PK", b"7" * 99], ids=len)
def test_stage_that_is_damaged_is_one_line(content, tmp_path):
    (tmp_path / "words.npz").write_bytes(content)
    with pytest.raises(ValueError, match=r"words\.npz is damaged .* start without --resume"):
        Stages(tmp_path).arrays("words", dict)


def test_compressed_stage_takes_no_more_than_its_file(tmp_path):
    np.savez_compressed(tmp_path / "words.npz", d=np.zeros(2**20))
    with pytest.raises(ValueError, match="d takes 8,388,608 bytes, more than"):
        Stages(tmp_path).arrays("words", dict)
