import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from movieclassifier.evaluation import roc
from movieclassifier.evaluation.roc import pack, roc_auc

scored = st.lists(st.tuples(st.sampled_from([0.0, 1e-300, 0.25, 0.5, 0.75, 1.0]), st.booleans()), min_size=2).filter(
    lambda rows: len({positive for _, positive in rows}) == 2
)


@pytest.mark.parametrize("chunk", [1, 2, 7, 2**15])
@given(rows=scored)
def test_area_has_the_bits_of_scikit_learn_with_ties_and_in_any_chunks(chunk, rows):
    scores, positive = (np.array(column) for column in zip(*rows, strict=True))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(roc, "CHUNK", chunk)
        assert roc_auc(pack(scores, positive), int(positive.sum())) == roc_auc_score(positive, scores)


def test_packed_numbers_ascend_where_scores_descend_and_hold_the_labels():
    scores, positive = np.array([0.9, 0.1, 0.5, 0.5]), np.array([True, True, False, True])
    packed = pack(scores, positive)
    assert packed.argsort(kind="stable").tolist() == [0, 3, 2, 1]
    assert (~packed & np.uint64(1)).tolist() == [1, 1, 0, 1]


def test_the_worst_order_has_the_area_zero():
    assert roc_auc(pack(np.array([0.1, 0.9]), np.array([True, False])), 1) == 0
