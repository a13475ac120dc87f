import subprocess
import sys

import numpy as np

from movieclassifier.features.hashing import hash_texts
from movieclassifier.features.ngrams import NGrams
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
