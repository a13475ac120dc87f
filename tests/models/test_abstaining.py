"""When a model had better say nothing."""

import numpy as np
import pytest

from movieclassifier.models.abstaining import (
    BANDS,
    FALLBACK,
    HeldOut,
    Thresholds,
    choose_thresholds,
    is_thresholds,
    judge_held_out,
    largest_coverage,
    measure_thresholds,
    risk_table,
    thresholds_of,
    unknown_shares,
)
from tests.support.models import random_classifier
from tests.support.services import make_texts


def held_out(n=300, seed=0):
    choose = np.random.RandomState(seed)
    probability = choose.uniform(0.3, 1, n)
    return HeldOut(
        probability, choose.uniform(size=n) < probability, np.resize([10, 50, 500], n), np.ones(n, bool), 0.05, n
    )


@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.95, 1.0])
def test_share_that_is_answered_is_the_coverage_of_each_band(coverage):
    found = held_out()
    chosen = choose_thresholds(found, coverage)
    for place, least in enumerate(chosen.least):
        of_band = found.probability[found.band(place)]
        assert abs((of_band >= least).mean() - coverage) <= 1 / len(of_band)
    assert (chosen.coverage, chosen.unknown_share, chosen.n_documents) == (coverage, 0.05, 300)


@pytest.mark.parametrize("risk", [0.05, 0.2, 0.3])
def test_risk_is_kept_in_each_band(risk):
    found = held_out()
    for place, least in enumerate(choose_thresholds(found, risk=risk).least):
        answered = found.band(place) & (found.probability >= least)
        assert not answered.any() or 1 - found.is_right[answered].mean() <= risk + 1e-9


def test_risk_that_cannot_be_kept_answers_nothing():
    found = HeldOut(np.array([0.9] * 30), np.zeros(30, bool), np.full(30, 500), np.ones(30, bool), 0.0, 30)
    assert largest_coverage(found, found.band(2), 0.1) == 0.0
    assert choose_thresholds(found, risk=0.1).of(500) == 1.0


def test_band_with_few_documents_takes_that_of_the_next_longer_one():
    found = HeldOut(np.linspace(0.5, 1, 40), np.ones(40, bool), np.full(40, 500), np.ones(40, bool), 0.0, 40)
    chosen = choose_thresholds(found)
    assert len(set(chosen.least)) == 1
    few = HeldOut(np.array([0.5]), np.ones(1, bool), np.array([500]), np.ones(1, bool), 0.0, 1)
    assert choose_thresholds(few).least == FALLBACK.least


def test_too_short_texts_have_no_threshold():
    assert FALLBACK.of(BANDS[0] - 1) is None
    assert FALLBACK.of(BANDS[0]) == 0.65


@pytest.mark.parametrize(("coverage", "risk"), [(1.1, None), (-0.1, None), (0.9, 1.5)])
def test_shares_are_between_0_and_1(coverage, risk):
    with pytest.raises(ValueError, match="must be between 0 and 1"):
        choose_thresholds(held_out(), coverage, risk)


@pytest.mark.parametrize(
    "stored",
    [
        None,
        7,
        [],
        {},
        {"least": [0.5]},
        FALLBACK.to_dict() | {"least": [2.0] * 3},
        FALLBACK.to_dict() | {"n_documents": "many"},
    ],
)
def test_record_with_an_odd_threshold_has_none(stored):
    assert not is_thresholds(stored)
    assert thresholds_of({"threshold": stored}) == FALLBACK


def test_thresholds_come_back_as_they_were_stored():
    chosen = Thresholds((0.5, 0.6, 0.7), 0.9, 0.1, 50)
    assert thresholds_of({"threshold": chosen.to_dict()}) == chosen


def test_documents_are_judged_whole_and_cut():
    texts = make_texts(30)
    classifier = random_classifier(3, texts=tuple(texts))
    found = judge_held_out(classifier, [(text, label) for text, label in zip(texts, [0, 1, 2] * 10, strict=True)])
    assert len(found.probability) == 90
    assert found.n_documents == 30
    assert all(0 <= risk <= 1 for *_, risk in risk_table(found))


def test_known_rows_of_documents_give_the_same_thresholds():
    texts = make_texts(30)
    classifier = random_classifier(3, texts=tuple(texts))
    documents = list(zip(texts, [0, 1, 2] * 10, strict=True))
    assert measure_thresholds(classifier, documents, classifier.rows(texts)) == measure_thresholds(
        classifier, documents
    )


def test_unknown_words_are_those_without_a_weight():
    classifier = random_classifier(texts=("alpha beta",))
    shares = unknown_shares(classifier, ["alpha beta", "alpha beta", ""])
    assert shares[0] == shares[1] == 0
    assert shares[2] == 0
    unknown = [
        word for word in map("word{}".format, range(99)) if not classifier.weights.n_known(classifier.rows([word]))[0]
    ]
    assert unknown_shares(classifier, [f"alpha beta {unknown[0]} {unknown[1]}"])[0] == 0.5


def test_label_that_the_model_lacks_is_always_wrong_and_does_not_lower_the_coverage():
    texts = make_texts(60)
    classifier = random_classifier(3, texts=tuple(texts))
    own = [(text, label) for text, label in zip(texts[:30], classifier.predict(texts[:30]).tolist(), strict=True)]
    alone, mixed = (judge_held_out(classifier, own + more) for more in ([], [(text, "other") for text in texts[30:]]))
    assert mixed.is_own.sum() == 90
    assert not mixed.is_right[~mixed.is_own].any()
    assert choose_thresholds(mixed).least == choose_thresholds(alone).least
    assert choose_thresholds(mixed, risk=0.2).least >= choose_thresholds(alone, risk=0.2).least
