import logging
import os
import subprocess
import sys

import numpy as np
import pytest

from movieclassifier.models.classifier import Classifier
from movieclassifier.models.persistence import load_classifier, model_path
from movieclassifier.models.pickles import load_pickled
from movieclassifier.models.writing import record_bytes, save_model
from movieclassifier.recipes.names import RECIPES
from movieclassifier.vectorizer import make_vectorizer
from tests.support.models import SMALL, random_classifier

TEXTS = ["A great movie :)", "What a waste of time"]


def assert_same(first: Classifier, second: Classifier) -> None:
    assert record_bytes(first) == record_bytes(second)
    assert first.weights_sha256() == second.weights_sha256()
    assert first.predict_proba(TEXTS).tolist() == second.predict_proba(TEXTS).tolist()


@pytest.mark.parametrize("recipe", [RECIPES["book"], SMALL])
def test_partial_fit_goes_on_from_a_loaded_model_bit_for_bit(recipe, tmp_path):
    classifier = random_classifier(recipe=recipe)
    X, y = make_vectorizer(recipe).transform(TEXTS), np.array([1, 0])
    save_model(tmp_path, classifier, pickles=True)
    loaded, pickled = load_classifier(tmp_path), load_pickled(tmp_path / "classifier.pkl")
    for estimator in (classifier.estimator, loaded.estimator, pickled):
        for _ in range(3):
            estimator.partial_fit(X, y)
    for estimator in (loaded.estimator, pickled):
        assert estimator.coef_.tobytes() == classifier.estimator.coef_.tobytes()
        assert estimator.intercept_.tobytes() == classifier.estimator.intercept_.tobytes()
        assert estimator.t_ == classifier.estimator.t_


@pytest.mark.slow
def test_books_notebook_works(tmp_path):
    save_model(tmp_path, random_classifier(recipe=RECIPES["book"]), pickles=True)
    code = (
        "import pickle; from movieclassifier.vectorizer import tokenizer, vect\n"
        "from movieclassifier.vectorizer import make_vectorizer\n"
        "clf = pickle.load(open('classifier.pkl', 'rb')); stop = pickle.load(open('stopwords.pkl', 'rb'))\n"
        "print(len(stop), clf.predict_proba(make_vectorizer('book').transform(['I love this movie'])).shape)\n"
    )
    environment = os.environ | {"PYTHONPATH": os.getcwd()}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "179 (1, 2)\n"


@pytest.mark.parametrize("labels", [(0, 1), (-1, 2, 7), ("bad", "good"), ("a", "b", "größer als ein Wort")], ids=str)
def test_loaded_pickle_gives_equal_predictions(labels, tmp_path):
    classifier = random_classifier(len(labels), texts=tuple(TEXTS))
    classifier.classes_ = np.array(labels)
    save_model(tmp_path, classifier, pickles=True)
    X = make_vectorizer(SMALL).transform(TEXTS)
    pickled = load_pickled(tmp_path / "classifier.pkl")
    assert pickled.predict(X).tolist() == classifier.predict(TEXTS).tolist()
    assert pickled.classes_.tolist() == list(labels)
    assert len(load_pickled(tmp_path / "stopwords.pkl")) == 179


def test_missing_file_says_which(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.npz"):
        load_classifier(tmp_path / "none.npz")


def test_without_a_path_the_trained_model_comes_first_then_the_bundled_one(tmp_path, monkeypatch, caplog):
    monkeypatch.chdir(tmp_path)
    with caplog.at_level(logging.WARNING, "movieclassifier"):
        bundled = load_classifier()
        save_model("pkl_objects", random_classifier())
        trained = load_classifier()
    assert [record.message for record in caplog.records] == [
        "Using the bundled model.",
        "Using pkl_objects/classifier.npz.",
    ]
    assert bundled.label_names == ("negative", "positive")
    assert trained.recipe == SMALL


def test_bundled_model_keeps_its_promises(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = model_path()
    metrics = load_classifier().metadata["metrics"]
    assert path.stat().st_size <= 500_000
    assert metrics["accuracy"] >= 0.9235
    assert metrics["calibration_error"] <= 0.02
    assert load_classifier().predict(["What a waste of time", "A great movie, I loved it"]).tolist() == [0, 1]


def test_failed_save_leaves_the_earlier_model(tmp_path):
    save_model(tmp_path, random_classifier(), pickles=True)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(ValueError, match="Object arrays cannot be saved"):
        save_model(tmp_path, random_classifier(seed=1), {"guard_y": np.array([object()])})
    broken = random_classifier(seed=1)
    broken.metadata = {"when": object()}
    with pytest.raises(TypeError):
        save_model(tmp_path, broken)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
