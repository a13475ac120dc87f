import copy

import numpy as np
import pytest

from movieclassifier.system.compiled import PURE_PYTHON, backend
from movieclassifier.training.teachers import embedding
from movieclassifier.training.teachers.embedding import EmbeddingSettings

SETTINGS = EmbeddingSettings(size=32, n_pool=7)
N_WORDS, N_TEXTS = 40, 9
needs_twin = pytest.mark.skipif(backend()[0] != "compiled", reason=f"no compiled twin: {backend()[1]}")


def some_rows(rng):
    lengths = rng.randint(0, 12, size=N_TEXTS)
    lengths[3] = 0
    rows = [np.sort(rng.choice(N_WORDS, n, replace=False)) for n in lengths]
    return np.concatenate(rows).astype(np.int32), np.r_[0, np.cumsum(lengths)].astype(np.int64)


def start(seed=0):
    rng = np.random.RandomState(seed)
    columns, indptr = some_rows(rng)
    chances = rng.uniform(size=N_WORDS)
    chances[::5] = 0
    noise = embedding.noise_table(rng.uniform(1, 9, size=N_WORDS), 64)
    words = embedding.make_words(N_WORDS, noise, SETTINGS, seed)
    documents = embedding.start_vectors(rng, N_TEXTS, SETTINGS.size)
    return words, documents, columns, indptr, chances, noise


def trained(seed=0):
    words, documents, columns, indptr, chances, noise = start(seed)
    drawn = embedding.thresholds(chances)
    for epoch in range(3):
        order = np.random.RandomState(epoch).permutation(N_TEXTS).astype(np.int32)
        embedding.train_vectors(words, documents, columns, indptr, order, drawn, noise, SETTINGS, 0.01)
    return words, documents


@needs_twin
@pytest.mark.parametrize("seed", range(5))
def test_compiled_vectors_have_the_bits_of_the_definition(monkeypatch, seed):
    words, documents = trained(seed)
    monkeypatch.setenv(PURE_PYTHON, "1")
    other_words, other_documents = trained(seed)
    assert documents.tobytes() == other_documents.tobytes()
    for name in ("vectors", "squares", "pool", "state"):
        assert getattr(words, name).tobytes() == getattr(other_words, name).tobytes(), name


def test_the_squared_norms_stay_those_of_the_vectors():
    words, _ = trained()
    np.testing.assert_allclose(words.squares, embedding.squared_norms(words.vectors), rtol=1e-5)


def test_a_step_goes_down_the_loss_of_a_pair():
    d, w = np.random.RandomState(0).normal(size=(2, 16)).astype(np.float32)

    def loss(together):
        cosine = float(d @ w) / np.sqrt(float(d @ d) * float(w @ w))
        return np.log1p(np.exp(-6 * cosine if together else 6 * cosine))

    for together in (True, False):
        before = loss(together)
        embedding._pull((d, float(d @ d)), (w, float(w @ w)), together, 0.05, embedding.SIGMOID)
        assert loss(together) < before


def test_documents_come_to_lie_near_their_ngrams():
    rng = np.random.RandomState(0)
    noise = embedding.noise_table(np.ones(20), 64)
    words = embedding.make_words(20, noise, SETTINGS, 0)
    documents = embedding.start_vectors(rng, 10, SETTINGS.size)
    # Documents 0 to 4 hold n-grams 0 to 9, the others the rest.
    columns = np.concatenate([np.arange(10) + 10 * (row >= 5) for row in range(10)]).astype(np.int32)
    indptr = np.arange(0, 101, 10)
    drawn = embedding.thresholds(np.ones(20))
    for _ in range(30):
        order = rng.permutation(10).astype(np.int32)
        embedding.train_vectors(words, documents, columns, indptr, order, drawn, noise, SETTINGS, 0.01)
    cosines = np.corrcoef(documents)
    assert cosines[:5, :5].min() > cosines[:5, 5:].max()


@needs_twin
@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("columns", np.array([N_WORDS], np.int32), "indptr must lead through 1 columns"),
        ("indptr", np.array([0, 3, 2, 5], np.int64), "indptr must lead through"),
        ("noise", np.zeros(3, np.int32), "power of two"),
        ("noise", np.full(4, N_WORDS, np.int32), "places must be below 40; got 40"),
        ("order", np.array([N_TEXTS], np.int32), "places must be below 9; got 9"),
        ("chances", np.zeros(3, np.uint32), "of the same length"),
    ],
)
def test_the_compiled_twin_refuses_arrays_that_do_not_fit(name, value, message):
    words, documents, columns, indptr, chances, noise = start()
    order = np.arange(N_TEXTS, dtype=np.int32)
    arrays = {"columns": columns, "indptr": indptr, "order": order, "chances": embedding.thresholds(chances)}
    arrays = arrays | {"noise": noise, name: value}
    with pytest.raises(ValueError, match=message):
        embedding.train_vectors(copy.deepcopy(words), documents, **arrays, settings=SETTINGS, rate=0.01)
