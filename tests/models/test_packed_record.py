"""Arrays of a record are compressed before they are written, and in parts."""

import numpy as np
import pytest

from movieclassifier.models import packed_record
from movieclassifier.models.byte_planes import to_planes
from movieclassifier.models.packed_record import STEPS, PackedRecord
from tests.support.models import random_classifier


def test_weights_that_are_too_large_are_left_for_later(monkeypatch):
    classifier = random_classifier()
    assert list(PackedRecord(classifier).arrays()) == [STEPS, "weights", "ratio"]
    monkeypatch.setattr(packed_record, "MAX_PACKED", classifier.weights.at(classifier.columns).nbytes - 1)
    assert list(PackedRecord(classifier).arrays()) == [STEPS]


def test_other_arrays_are_compressed_as_they_are():
    packed = PackedRecord(random_classifier()).pack_extra({"notes": np.zeros(1000, np.uint8)})
    assert list(packed) == ["notes"]
    assert len(packed["notes"].content) < 300


@pytest.mark.parametrize(
    "columns", [[], [0], [7], [3, 300, 301, 70_000, 70_255], [0, 1, 2, 3, 4, 5, 2**22 - 1]], ids=str
)
@pytest.mark.parametrize("part", [1, 2, 3, 100])
def test_steps_between_columns_do_not_depend_on_the_parts(columns, part, monkeypatch):
    monkeypatch.setattr(packed_record, "PART", part)
    planes = packed_record._step_planes(np.array(columns, np.int32))
    expected = to_planes(np.diff(np.array(columns, np.int32), prepend=0))
    assert (planes.shape, planes.tolist()) == (expected.shape, expected.tolist())
