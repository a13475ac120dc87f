import numpy as np
import pytest

from movieclassifier.training.row_store import hash_block, write_rows
from movieclassifier.training.soft_linear import fit_soft
from tests.support.soft_layers import NGRAMS, OPTIONS, fitted


@pytest.mark.parametrize("classes", [2, 3])
def test_it_learns_the_words_of_each_class(tmp_path, classes):
    linear, names = fitted(tmp_path, classes)
    found = linear.log_probabilities(hash_block([f"a {name} film" for name in names], NGRAMS))
    assert found.argmax(axis=1).tolist() == list(range(classes))
    assert linear.coef.shape == linear.ratio.shape == (1 if classes == 2 else 3, len(linear.columns))


def test_rows_beyond_the_targets_teach_nothing(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    linear, _ = fitted(tmp_path / "a", 2, n=60, n_targets=40)
    alone, _ = fitted(tmp_path / "b", 2, n=40, n_targets=40)
    assert linear.columns.tolist() == alone.columns.tolist()
    assert linear.ratio.tobytes() == alone.ratio.tobytes()
    assert linear.coef.tobytes() == alone.coef.tobytes()


def test_a_layer_without_columns_decides_by_its_intercept(tmp_path):
    rows = write_rows(tmp_path / "rows", [["", ""]], NGRAMS)
    linear = fit_soft(rows, np.eye(2, dtype=np.float32), np.ones(2, np.float32), NGRAMS.n_features, OPTIONS)
    assert len(linear.columns) == 0
    np.testing.assert_array_equal(linear.decide(hash_block(["a film"], NGRAMS)), [linear.intercept])
