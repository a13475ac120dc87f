"""The teacher ``vectors``: it learns the words of each class, and what is finished is not done again."""

import time
from dataclasses import replace

import numpy as np
import pytest

from movieclassifier.features.ngrams import NGrams
from movieclassifier.training.teachers import vectors
from movieclassifier.training.teachers.chosen_ngrams import ChoiceSettings
from movieclassifier.training.teachers.embedding import EmbeddingSettings
from movieclassifier.training.teachers.lessons import Lessons, Stages
from movieclassifier.training.teachers.nets import NetSettings
from movieclassifier.training.teachers.vectors import VectorsSettings, blend, fit_naive_bayes, teach
from tests.support.patience import PATIENCE

SETTINGS = VectorsSettings(
    choice=ChoiceSettings(NGrams(n_features=2**10, ngram_range=(1, 1)), min_df=4, n_folds=2),
    n_embeddings=1,
    embedding=EmbeddingSettings(size=16, epochs=2),
    net=NetSettings(n_hidden=4, n_nets=1, epochs=20, batch_size=10),
)


def lessons_in(folder, n_classes=2, seed=1):
    names = ["dull", "great", "odd"][:n_classes]
    labelled = [(f"a {names[i % n_classes]} film {i}", i % n_classes) for i in range(60)]
    unlabelled = [f"such a {names[i % n_classes]} story {i}" for i in range(60)]
    y = np.array([position for _, position in labelled], np.intp)
    return Lessons(labelled, unlabelled, y, len(unlabelled), n_classes, Stages(folder), seed)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_it_labels_texts_by_the_words_of_their_class(tmp_path, n_classes):
    label = teach(lessons_in(tmp_path, n_classes), SETTINGS)
    found = label([f"a {name} story" for name in ["dull", "great", "odd"][:n_classes]])
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert found.argmax(axis=1).tolist() == list(range(n_classes))


def test_finished_stages_give_the_same_bits_without_training(tmp_path, monkeypatch):
    texts = ["a great story", "something unheard of", ""]
    first = teach(lessons_in(tmp_path), SETTINGS)(texts)
    for name in ("fit_nets", "choose_ngrams", "fit_soft"):
        if hasattr(vectors, name):
            monkeypatch.setattr(vectors, name, None)
    assert teach(lessons_in(tmp_path), SETTINGS)(texts).tobytes() == first.tobytes()


def test_seed_decides_the_bits(tmp_path):
    texts = ["a great story"]
    found = []
    for number, seed in enumerate((1, 1, 2)):
        (tmp_path / str(number)).mkdir()
        found.append(teach(lessons_in(tmp_path / str(number), seed=seed), SETTINGS)(texts).tobytes())
    assert found[0] == found[1] != found[2]


def test_the_networks_are_told_of_while_they_learn(tmp_path, monkeypatch, capsys):
    import movieclassifier.system.waiting as waiting

    def slow(*arguments, **settings):
        said, until = "", time.monotonic() + PATIENCE
        while told not in said and time.monotonic() < until:  # slow machines say a line of an earlier stage first
            said += capsys.readouterr().err
            time.sleep(0.01)
        heard.append(said)
        return fit_nets(*arguments, **settings)

    told, heard, fit_nets = "Networks over document vectors 1: ", [], vectors.fit_nets
    monkeypatch.setattr(vectors, "fit_nets", slow)
    monkeypatch.setattr(waiting, "SECONDS_BETWEEN_LINES", 0.01)
    lessons = replace(lessons_in(tmp_path), stages=Stages(tmp_path, show=None))
    teach(lessons, SETTINGS)
    assert told in heard[0]


def test_naive_bayes_knows_the_labelled_texts_alone(tmp_path):
    linear = fit_naive_bayes(lessons_in(tmp_path), SETTINGS.choice.ngrams)
    assert linear.coef.shape == (1, len(linear.columns))
    assert len(linear.columns) < 2**10


@pytest.mark.parametrize("shares", [[1.0, 0.0], [0.5, 0.5], [2.0, 1.0]])
def test_blend_is_a_weighted_sum_of_logarithms(shares):
    logs = [np.log([[0.2, 0.8], [0.5, 0.5]]), np.log([[0.6, 0.4], [0.1, 0.9]])]
    powers = np.exp(shares[0] * logs[0] + shares[1] * logs[1])
    np.testing.assert_allclose(blend(logs, shares), powers / powers.sum(axis=1, keepdims=True))
    np.testing.assert_allclose(blend([log + 1000 for log in logs], shares), blend(logs, shares))
