"""A soft linear layer over a few texts."""

import numpy as np

from movieclassifier.features.ngrams import NGrams
from movieclassifier.training.learners.soft_targets import SoftSGD
from movieclassifier.training.row_store import write_rows
from movieclassifier.training.soft_linear import SoftOptions, fit_soft

NGRAMS = NGrams(n_features=2**10)
OPTIONS = SoftOptions(1, SoftSGD(), 1)


def fitted(tmp_path, classes, n=60, n_targets=60):
    """Return a layer that was fitted to texts of a few words, and the names of its classes."""
    names = ["dull", "great", "odd"][:classes]
    texts = [f"a {names[i % classes]} film {i}" for i in range(n)]
    rows = write_rows(tmp_path / "rows", [texts], NGRAMS)
    targets = np.eye(classes, dtype=np.float32)[np.arange(n_targets) % classes]
    return fit_soft(rows, targets, np.ones(n_targets, np.float32), NGRAMS.n_features, OPTIONS), names
