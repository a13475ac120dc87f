import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.models.guard import make_guard
from movieclassifier.models.packed_guard import pack_guard, unpack_guard
from tests.support.models import random_classifier

TEXTS = ("a great movie", "what a waste of time", "a great waste")


@given(st.lists(st.sampled_from([*TEXTS, "", "zyzzyva"]), min_size=1, max_size=30))
def test_guard_set_comes_back(texts):
    guard = make_guard(random_classifier(texts=TEXTS), [(text, len(text) % 2) for text in texts])
    found = unpack_guard(pack_guard(guard))
    assert found.keys() == guard.keys()
    for name in guard:
        np.testing.assert_array_equal(found[name], guard[name], strict=True)


def test_columns_of_most_documents_come_first():
    guard = make_guard(random_classifier(texts=TEXTS), [(text, 0) for text in ("great", "great waste", "great time")])
    packed = pack_guard(guard)
    assert sorted(packed["guard_counts"][0][packed["guard_counts"][0] > 0].tolist())[-1] == 3
    assert packed["guard_documents"][0][:3].tolist() == [0, 1, 1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("guard_counts", np.full((1, 3), 9, np.uint8)),
        ("guard_counts", np.array([[1, 0, 0]], np.uint8)),
        ("guard_documents", np.array([[0, 1, 200]], np.uint8)),
        ("guard_documents", np.zeros(3, np.uint8)),
    ],
)
def test_arrays_that_do_not_fit_are_refused(name, value):
    packed = {
        "guard_counts": np.array([[2, 0, 1]], np.uint8),
        "guard_documents": np.array([[0, 1, 1]], np.uint8),
        "guard_data": np.ones(3, np.float32),
        "guard_y": np.zeros(2, np.int32),
    }
    assert unpack_guard(packed)["guard_lengths"].tolist() == [1, 2]
    with pytest.raises(ValueError, match=r"fit the rest|must be an array"):
        unpack_guard(packed | {name: value})
