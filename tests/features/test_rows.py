import subprocess
import sys

import numpy as np
import pytest

from movieclassifier.features.hashing import hash_texts
from movieclassifier.features.ngrams import NGrams
from movieclassifier.features.rows import sums_of_rows
from movieclassifier.vectorizer import make_vectorizer

TEXTS = ["a fine film", "", "so so"]


def test_rows_know_their_shape_and_lengths():
    rows = hash_texts(TEXTS, NGrams(n_features=2**10))
    assert (len(rows), rows.shape) == (3, (3, 2**10))
    assert rows.lengths.tolist() == [6, 0, 2]


def test_a_scipy_matrix_is_made_over_the_same_arrays():
    rows = hash_texts(TEXTS, NGrams())
    X = rows.to_csr()
    assert X.shape == rows.shape
    assert np.shares_memory(X.data, rows.data)
    assert np.shares_memory(X.indices, rows.columns)
    assert (make_vectorizer().transform(TEXTS) != X).nnz == 0


def test_other_values_stand_in_the_same_columns():
    rows = hash_texts(TEXTS, NGrams(n_features=2**10))
    doubled = rows.with_data(2 * rows.data)
    assert doubled.columns is rows.columns
    assert doubled.shape == rows.shape
    assert doubled.data.tolist() == (2 * rows.data).tolist()


def test_rows_need_no_scipy():
    code = "import sys, movieclassifier.features.rows; print('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


@pytest.mark.parametrize("length", [0, 1, 7, 8, 9, 15, 16, 23, 127, 128, 129, 300, 1000])
def test_the_sum_of_a_row_does_not_depend_on_the_rows_beside_it(length):
    row = np.random.RandomState(length).standard_normal(length)
    alone = sums_of_rows(row, np.array([0, length]))
    sums = sums_of_rows(np.concatenate([row, [1.0], row, row]), np.cumsum([0, length, 1, length, 0, length]))
    assert sums.tolist() == [alone[0], 1.0, alone[0], 0.0, alone[0]]


def test_without_rows_there_are_no_sums():
    assert sums_of_rows(np.zeros(0), np.zeros(1, int)).shape == (0,)
