"""Thresholds are chosen on the last tenth of a corpus, and written without touching the weights."""

import csv

import pytest

from movieclassifier.live.choosing import MIN_VOTED, choose_on, save_thresholds
from movieclassifier.models.abstaining import BANDS, Thresholds
from movieclassifier.models.record import load_record
from tests.support.services import make_texts, write_model


@pytest.fixture
def model(tmp_path):
    return write_model(tmp_path / "m.npz")


def write_corpus(path, model, n=400, names=("0", "1")):
    """Write texts with the labels that the model gives them."""
    classifier, _ = load_record(model)
    texts = make_texts(n, seed=9)
    with open(path, "w", newline="") as file:
        rows = [(text, names[label]) for text, label in zip(texts, classifier.predict(texts), strict=True)]
        csv.writer(file).writerows([("text", "label"), *rows])
    return str(path)


def test_risk_is_the_share_of_wrong_answers(tmp_path, model):
    for names, low, high in ((("0", "1"), 0, 0.1), (("1", "0"), 0.9, 1)):
        chosen, table = choose_on([write_corpus(tmp_path / "a.csv", model, names=names)], str(model), 0.95, None)
        assert len(chosen.least) == len(BANDS)
        assert all(low <= risk <= high for *_, risk in table)


def test_label_that_the_model_lacks_is_refused_by_name(tmp_path, model):
    path = write_corpus(tmp_path / "a.csv", model, names=("bad", "good"))
    with pytest.raises(ValueError, match=r"a\.csv: label '(bad|good)' is not one of 0, 1\."):
        choose_on([path], str(model), 0.95, None)


def test_saving_changes_the_thresholds_alone(model):
    before, guard = load_record(model)
    chosen = Thresholds((0.25, 0.5), 0.9, 0.1, 40)
    assert save_thresholds(str(model), chosen) == model
    after, kept = load_record(model)
    assert after.metadata["threshold"] == chosen.to_dict()
    assert after.weights_sha256() == before.weights_sha256()
    assert {name: array.tolist() for name, array in kept.items()} == {
        name: array.tolist() for name, array in guard.items()
    }


def test_voted_texts_count_once_there_are_enough(tmp_path, model):
    path = write_corpus(tmp_path / "a.csv", model)
    classifier, _ = load_record(model)
    texts = make_texts(MIN_VOTED, seed=11)
    voted = [(text, "other") for text in texts]
    found = [choose_on([path], str(model), 0.95, None, voted[:n])[0].n_documents for n in (0, MIN_VOTED - 1, MIN_VOTED)]
    assert found == [40, 40, 40 + MIN_VOTED]
    names = {label: str(label) for label in classifier.classes_.tolist()}
    right = [(text, names[label]) for text, label in zip(texts, classifier.predict(texts).tolist(), strict=True)]
    risks = [choose_on([path], str(model), 0.95, 0.05, votes)[0].least for votes in (right, voted)]
    assert risks[1] > risks[0]
