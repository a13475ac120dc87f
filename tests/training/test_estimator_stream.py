"""A stream learns minibatches in their order, and goes on from its pickle."""

import pickle

import numpy as np
import pytest

from movieclassifier.recipes.names import make_recipe
from movieclassifier.training.estimator_stream import CHUNK, Stream

TEXTS = ["a fine film", "a dull film", "so fine", "so dull"]
Y = np.array([1, 0, 1, 0])


@pytest.fixture
def stream():
    learned = Stream(make_recipe("default", n_features=2**10, min_df=1), 2, seed=1)
    for _ in range(3):
        learned.learn(TEXTS, Y)
    return learned


def test_what_was_learned_decides(stream):
    values = stream.decide(TEXTS)
    assert values.shape == (4, 1)
    assert ((values[:, 0] > 0) == Y).all()


def test_many_texts_are_decided_as_each_alone(stream):
    texts = TEXTS * (CHUNK // 2)
    assert len(texts) > CHUNK
    assert stream.decide(texts).tobytes() == np.tile(stream.decide(TEXTS), (CHUNK // 2, 1)).tobytes()
    assert stream.decide([]).shape == (0, 1)


def test_without_documents_there_is_no_step(stream):
    before = stream.trainer.t
    stream.learn([], np.array([], int))
    assert stream.trainer.t == before


def test_a_pickle_goes_on_bit_for_bit(stream):
    packed = pickle.dumps(stream)
    assert len(packed) < stream.trainer.ratio_.counts_.nbytes
    again = pickle.loads(packed)
    for each in (stream, again):
        each.learn(TEXTS[::-1], Y[::-1].copy())
    assert stream.decide(TEXTS).tobytes() == again.decide(TEXTS).tobytes()
