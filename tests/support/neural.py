"""Tests that need the extra ``neural``: Keras, which cannot be imported before its backend is chosen, and a backend."""

from importlib.util import find_spec

import pytest

from movieclassifier.training.teachers.networks import BACKENDS

# Importing Keras to see whether it is there would look for TensorFlow.
needs_keras = pytest.mark.skipif(
    find_spec("keras") is None or not any(map(find_spec, BACKENDS)), reason="the extra neural is not installed"
)
