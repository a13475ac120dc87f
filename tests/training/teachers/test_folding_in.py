import numpy as np
import pytest

from movieclassifier.system.compiled import PURE_PYTHON, backend
from movieclassifier.training.teachers import embedding
from movieclassifier.training.teachers.embedding import EmbeddingSettings
from movieclassifier.training.teachers.folding_in import fold_in, make_sphere

SETTINGS = EmbeddingSettings(size=32, n_fold_negatives=11)
N_WORDS = 40
needs_twin = pytest.mark.skipif(backend()[0] != "compiled", reason=f"no compiled twin: {backend()[1]}")


def some_sphere(rng):
    vectors = rng.normal(size=(N_WORDS, SETTINGS.size)).astype(np.float32)
    return make_sphere(vectors, embedding.noise_table(rng.uniform(1, 9, size=N_WORDS), 64), SETTINGS, 0)


def folded(seed):
    rng = np.random.RandomState(seed)
    sphere = some_sphere(rng)
    lengths = [5, 1, 0, 9]
    columns = np.concatenate([np.sort(rng.choice(N_WORDS, n, replace=False)) for n in lengths]).astype(np.int32)
    weights = rng.uniform(size=N_WORDS).astype(np.float32)
    weights[::5] = 0
    return fold_in(sphere, columns, np.r_[0, np.cumsum(lengths)], weights, SETTINGS), sphere, columns, weights


@needs_twin
@pytest.mark.parametrize("seed", range(5))
def test_compiled_folding_has_the_bits_of_the_definition(monkeypatch, seed):
    ours = folded(seed)[0]
    monkeypatch.setenv(PURE_PYTHON, "1")
    assert ours.tobytes() == folded(seed)[0].tobytes()


def test_a_text_is_folded_to_the_sphere_and_one_without_ngrams_to_0():
    np.testing.assert_allclose(np.linalg.norm(folded(0)[0], axis=1), [1, 1, 0, 1], rtol=1e-6)


def test_the_place_of_a_text_has_a_lower_loss_than_places_near_it():
    vectors, sphere, columns, weights = folded(1)
    own, its_weights = sphere.vectors[columns[:5]], weights[columns[:5]]

    def loss(d):
        near = -(its_weights * np.log(1 / (1 + np.exp(-6 * own @ d)))).sum()
        far = -np.log(1 / (1 + np.exp(6 * sphere.negatives @ d))).mean()
        return near + its_weights.sum() * SETTINGS.n_negatives * far

    rng = np.random.RandomState(0)
    found = fold_in(sphere, columns[:5], np.array([0, 5]), weights, EmbeddingSettings(size=32, n_fold_steps=60))[0]
    assert loss(vectors[0]) < loss(vectors[3])
    for _ in range(20):
        moved = found + 0.05 * rng.normal(size=32).astype(np.float32)
        assert loss(found) < loss(moved / np.linalg.norm(moved)) + 1e-3


def test_only_the_proportions_of_the_weights_count():
    vectors, sphere, columns, weights = folded(1)
    found = fold_in(sphere, columns[:5], np.array([0, 5]), 8 * weights, SETTINGS)
    np.testing.assert_allclose(found[0], vectors[0], atol=1e-5)


@needs_twin
@pytest.mark.parametrize(
    ("weights", "message"), [(np.ones(3, np.float32), "of the same length"), (np.ones(N_WORDS, np.float32), "below 40")]
)
def test_the_compiled_twin_refuses_arrays_that_do_not_fit(weights, message):
    sphere = some_sphere(np.random.RandomState(0))
    columns = np.array([N_WORDS if len(weights) == N_WORDS else 0], np.int32)
    with pytest.raises(ValueError, match=message):
        fold_in(sphere, columns, np.array([0, 1]), weights, SETTINGS)
