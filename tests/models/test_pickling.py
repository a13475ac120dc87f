"""The pickle that is written without scikit-learn is the one that scikit-learn's estimator gives, byte for byte."""

import io
import pickle
import subprocess
import sys

import numpy as np
import pytest

from movieclassifier.models import pickling
from movieclassifier.models.pickling import dump_estimator
from movieclassifier.recipes.linear import Recipe
from tests.support.models import random_classifier


def dumped(classifier):
    file = io.BytesIO()
    dump_estimator(classifier, file)
    return file.getvalue()


@pytest.mark.parametrize("n_classes", [2, 3, 7])
@pytest.mark.parametrize("n_features", [8, 2**12, 2**16])
def test_bytes_are_those_of_the_estimator(n_classes, n_features):
    classifier = random_classifier(n_classes, Recipe().with_settings(n_features=n_features))
    assert dumped(classifier) == pickle.dumps(classifier.estimator, protocol=4)


@pytest.mark.parametrize("labels", [["bad", "good"], [0, 1], ["no", "positively"]])
def test_bytes_do_not_depend_on_the_kind_of_labels(labels):
    classifier = random_classifier(2)
    classifier.classes_ = np.array(labels)
    assert dumped(classifier) == pickle.dumps(classifier.estimator, protocol=4)


def test_unknown_version_of_scikit_learn_pickles_itself(monkeypatch):
    monkeypatch.setattr(pickling, "KNOWN_VERSIONS", ())
    classifier = random_classifier(2)
    assert dumped(classifier) == pickle.dumps(classifier.estimator, protocol=4)


def test_scikit_learn_is_not_imported():
    code = (
        "import io, sys; from movieclassifier import load_classifier; "
        "from movieclassifier.models.pickling import dump_estimator; "
        "dump_estimator(load_classifier(), io.BytesIO()); "
        "print([name for name in sys.modules if name.split('.')[0] in ('sklearn', 'scipy')])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert found == "[]\n"
