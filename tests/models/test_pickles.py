"""Pickles that are read, and pickles that are refused; see also ``tests/scripts/hostile_files.py``."""

import os
import pickle
import subprocess
import sys

import numpy as np
import pytest
import sklearn
from sklearn.linear_model import SGDClassifier

from movieclassifier.models.pickles import load_pickled
from movieclassifier.models.writing import save_model
from tests.support.models import random_classifier


def estimator_with(**attributes):
    """Return a fitted estimator with some attributes replaced, so that everything around them is right."""
    estimator = random_classifier().estimator
    vars(estimator).update(attributes)
    return estimator


class ForgedArray:
    """An array whose pickle holds what is given."""

    def __init__(self, dtype, shape=(1,), content=b"A" * 8, arguments=(np.ndarray, (0,), b"b"), version=1):
        self.arguments, self.state = arguments, (version, shape, dtype, False, content)

    def __reduce__(self):
        return np._core.multiarray._reconstruct, self.arguments, self.state


class Hostile:
    def __reduce__(self):
        return os.system, ("touch hacked",)


@pytest.mark.parametrize(
    "content",
    [
        pickle.dumps(Hostile()),
        pickle.dumps(print),
        b"cbuiltins\neval\n(S'1'\ntR.",
        b"csklearn.linear_model._stochastic_gradient\nSGDClassifier.__init__.__globals__\n.",
        pickle.dumps([1, 2, 3])[:-3],
        b"",
        b"\x80\x04\x95garbage",
        b"PK\x03\x04",
    ],
    ids=["reduce", "builtin", "eval", "dotted", "cut", "empty", "garbage", "zip"],
)
def test_hostile_or_broken_pickle_is_refused_and_runs_nothing(content, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "classifier.pkl").write_bytes(content)
    with pytest.raises(ValueError, match=r"(?s)classifier.pkl cannot be unpickled safely .* load_classifier"):
        load_pickled("classifier.pkl")
    assert not (tmp_path / "hacked").exists()


FORGED_DTYPE = """
import pickle, pickletools, sys
import numpy as np
from movieclassifier.models.pickles import load_pickled

class Type:
    def __reduce__(self):
        return np.dtype, ("V8", False, True), (3, "|", None, ("f",), {"f": (np.dtype("O"), 0)}, 8, 1, 1)

class Array:
    def __reduce__(self):
        return np._core.multiarray._reconstruct, (np.ndarray, (0,), b"b"), (1, (1,), Type(), False, b"A" * 8)

body = pickletools.optimize(pickle.dumps(Array(), protocol=3))[2:-1]
with open("forged.pkl", "wb") as file:
    file.write(b"\\x80\\x03" + body + b"0N.")
try:
    load_pickled("forged.pkl")
except ValueError as error:
    sys.exit(str(error))
"""


def test_pickle_with_a_forged_dtype_is_refused_before_numpy_takes_bytes_for_pointers(tmp_path):
    environment = os.environ | {"PYTHONPATH": os.getcwd()}
    done = subprocess.run(
        [sys.executable, "-c", FORGED_DTYPE], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "it holds an opcode that no pickled SGDClassifier needs" in done.stderr


class ForgedType:
    """A type whose pickle holds the state of another."""

    def __init__(self, name, state):
        self.name, self.state = name, state

    def __reduce__(self):
        return np.dtype, (self.name, False, True), self.state


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("U1", (3, "<", None, None, None, 3, 4, 8)),
        ("U1", (3, "<", None, None, None, 0, 4, 8)),
        ("U1", (3, "<", None, None, None, -4, 4, 8)),
        ("U1", (3, "<", None, None, None, 4, 4, 0)),
        ("f8", (3, "<", None, None, None, 3, -1, 0)),
        ("f8", (3, "<", None, None, None, -1, -1, 8)),
    ],
    ids=["size 3", "size 0", "negative size", "flags", "size of a number", "flags of a number"],
)
def test_pickle_with_a_type_of_a_forged_size_is_refused(name, state, tmp_path):
    (tmp_path / "type.pkl").write_bytes(
        pickle.dumps(estimator_with(intercept_=ForgedArray(ForgedType(name, state))), protocol=4)
    )
    with pytest.raises(ValueError, match="the type of an array is not one of numbers or strings"):
        load_pickled(tmp_path / "type.pkl")


def test_pickle_of_a_different_scikit_learn_is_refused(tmp_path):
    save_model(tmp_path, random_classifier(), pickles=True)
    path = tmp_path / "classifier.pkl"
    other = "0" + sklearn.__version__[1:]
    path.write_bytes(path.read_bytes().replace(sklearn.__version__.encode(), other.encode()))
    with pytest.raises(ValueError, match=rf"written by scikit-learn {other}, this is [1-9].*; load classifier.npz"):
        load_pickled(path)


def test_pickle_that_sets_an_attribute_of_a_class_is_refused(tmp_path):
    name = b"csklearn.linear_model._stochastic_gradient\nSGDClassifier\n"
    (tmp_path / "class.pkl").write_bytes(b"\x80\x02" + name + b"N}X\x07\x00\x00\x00predictK\x01s\x86b.")
    with pytest.raises(ValueError, match="it sets the state of something that is not an instance"):
        load_pickled(tmp_path / "class.pkl")


F8 = np.dtype("f8")


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"intercept_": ForgedArray(F8, arguments=(np.ndarray, (2**40,), b"b"))}, "as numpy writes one"),
        ({"intercept_": ForgedArray(F8, arguments=(SGDClassifier, (0,), b"b"))}, "as numpy writes one"),
        ({"intercept_": ForgedArray(F8, shape=(2,))}, "does not fit its shape"),
        ({"intercept_": ForgedArray(F8, shape=(-1,))}, "shape of an array"),
        ({"intercept_": ForgedArray(F8, shape=(1, 1, 1))}, "shape of an array"),
        ({"intercept_": ForgedArray(F8, content="A" * 8)}, "state of an array"),
        ({"intercept_": ForgedArray(F8, version=2)}, "state of an array"),
        ({"intercept_": np.zeros(3)}, "do not fit its classes"),
        ({"coef_": np.zeros((1, 4))}, "do not fit its classes"),
        ({"coef_": np.zeros((1, 2**12), int)}, "do not fit its classes"),
        ({"coef_": np.zeros(2**12)}, "has not the shape"),
        ({"classes_": np.array(["a"])}, "do not fit its classes"),
        ({"classes_": None}, "it is not fitted"),
        ({"_expanded_class_weight": np.zeros(1)}, "do not fit its classes"),
        ({"predict": 1}, "attributes are not those"),
        ({"average": 10}, "its weights are averaged"),
        ({"t_": [1.0]}, "attribute 't_' is not that"),
        ({"t_": F8}, "attribute 't_' is not that"),
        ({"class_weight": {0: 1.0}}, "key of a dictionary is not a str"),
    ],
)
def test_a_forged_estimator_is_refused(attributes, message, tmp_path):
    (tmp_path / "forged.pkl").write_bytes(pickle.dumps(estimator_with(**attributes), protocol=4))
    with pytest.raises(ValueError, match=message):
        load_pickled(tmp_path / "forged.pkl")


def test_an_estimator_that_learned_more_in_a_notebook_is_read(tmp_path):
    estimator = random_classifier().estimator
    X = np.zeros((1, estimator.coef_.shape[1]), dtype=estimator.coef_.dtype)
    estimator.partial_fit(X, estimator.classes_[:1])
    (tmp_path / "more.pkl").write_bytes(pickle.dumps(estimator, protocol=4))
    loaded = load_pickled(tmp_path / "more.pkl")
    assert loaded.coef_.flags.owndata
    for each in (estimator, loaded):
        each.partial_fit(X, estimator.classes_[1:2])
    assert loaded.coef_.tobytes() == estimator.coef_.tobytes()
    assert loaded.intercept_.tobytes() == estimator.intercept_.tobytes()


def test_an_estimator_starts_no_more_threads_than_there_are_processors(tmp_path):
    path = tmp_path / "classifier.pkl"
    for n_jobs, kept in [(4096, -1), (10**30, -1), (1, 1), (-1, -1), (None, None)]:
        path.write_bytes(pickle.dumps(estimator_with(n_jobs=n_jobs), protocol=4))  # as the book does; 3.14 would take 5
        assert load_pickled(path).n_jobs == kept
