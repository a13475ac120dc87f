import pickle

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB

from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.evaluation.baselines import BASELINES, USUAL, has_wordnet, lemmas, without_wordnet
from movieclassifier.evaluation.candidates import Outline
from movieclassifier.features.tokenizers import TOKENIZERS
from movieclassifier.training.teachers import networks

SAMPLE = list(open_corpus("movieclassifier/bundled/sample_reviews.csv"))
TRAIN, TEST = SAMPLE[:300], SAMPLE[300:]
OUTLINE = Outline((0, 1), (200, 200), len(TRAIN))


@pytest.fixture
def forget():
    """Look for WordNet again, before and after."""
    has_wordnet.cache_clear()
    yield
    has_wordnet.cache_clear()


@pytest.mark.parametrize("name", USUAL)
def test_every_usual_baseline_learns_and_can_be_pickled(name):
    candidate = pickle.loads(pickle.dumps(BASELINES[name]))
    fitted = candidate.fit(iter(TRAIN), OUTLINE)
    y_pred, y_proba = fitted.predict(iter(TEST))
    assert np.mean(y_pred == [label for _, label in TEST]) > 0.6
    assert fitted.n_bytes() > 1000
    if y_proba is None:
        assert name in ("linear-svm", "perceptron", "passive-aggressive")
    else:
        assert y_proba.shape == (100, 2)
        np.testing.assert_allclose(y_proba.sum(axis=1), 1)
        assert (y_proba.argmax(axis=1) == y_pred).all()


def test_networks_say_what_to_install(monkeypatch):
    monkeypatch.setattr(networks, "find_spec", lambda name: None)
    for name in sorted(set(BASELINES) - set(USUAL)):
        with pytest.raises(ValueError, match="pip install"):
            BASELINES[name].fit(iter(TRAIN), OUTLINE)


def test_in_memory_baseline_is_scikit_learns():
    texts, labels = zip(*TRAIN, strict=True)
    vectorizer = CountVectorizer(ngram_range=(1, 2), binary=True)
    estimator = MultinomialNB().fit(vectorizer.fit_transform(texts), labels)
    y_proba = BASELINES["multinomial-nb"].fit(iter(TRAIN), OUTLINE).predict(iter(TEST))[1]
    expected = estimator.predict_proba(vectorizer.transform([text for text, _ in TEST]))
    np.testing.assert_allclose(y_proba, expected)


def test_without_wordnet_the_words_stay_as_they_are_and_the_row_says_so(forget, monkeypatch):
    def missing(text):
        raise ValueError("there is no WordNet")

    monkeypatch.setitem(TOKENIZERS, "lemma", missing)
    assert lemmas("The films weren't GREAT, in 1995!") == ["films", "great"]
    assert (
        BASELINES["gaussian-nb"].note()
        == without_wordnet()
        == "WordNet is not on this machine: words as they are, not lemmas"
    )


def test_with_wordnet_words_become_lemmas(forget, monkeypatch):
    monkeypatch.setitem(TOKENIZERS, "lemma", lambda text: [word.removesuffix("s") for word in text.split()])
    assert lemmas("The films weren't GREAT, in 1995!") == ["film", "great"]
    assert BASELINES["gaussian-nb"].note() == without_wordnet() == ""


def test_only_the_lemmas_need_a_note():
    assert [name for name, candidate in BASELINES.items() if candidate.note()] in ([], ["gaussian-nb"])


def test_every_baseline_says_how_it_reads():
    kinds = [candidate.kind for candidate in BASELINES.values()]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "streaming": 3,
        "in memory": 4,
        "partial_fit": 4,
        "neural": 2,
    }
    assert all(candidate.description for candidate in BASELINES.values())


def test_importing_the_baselines_imports_no_scikit_learn():
    import subprocess
    import sys

    code = "import sys, movieclassifier.evaluation.baselines; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
