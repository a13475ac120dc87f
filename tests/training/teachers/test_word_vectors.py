import numpy as np
import pytest

from movieclassifier.system.compiled import PURE_PYTHON, backend, vectors_twin
from movieclassifier.training.row_store import RowBlock
from movieclassifier.training.teachers import word_vectors
from movieclassifier.training.teachers.word_vectors import WordVectorSettings, fit_word_vectors, keep_chances

SETTINGS = WordVectorSettings(size=16, passes=3, n_least=0, sample=0.05)
N_WORDS, N_TEXTS = 30, 12
needs_twin = pytest.mark.skipif(backend()[0] != "compiled", reason=f"no compiled twin: {backend()[1]}")


def some_texts(seed):
    """Return texts of 0 to 40 words, the first of which are the most frequent."""
    rng = np.random.RandomState(seed)
    lengths = rng.randint(0, 40, size=N_TEXTS)
    lengths[:3] = 0, 1, 2
    words = np.minimum(rng.geometric(0.15, size=lengths.sum()) - 1, N_WORDS - 1).astype(np.int32)
    return RowBlock(np.arange(N_TEXTS), words, np.r_[0, np.cumsum(lengths)].astype(np.int64))


def trained(block, settings=SETTINGS, seed=0, told=None):
    def windows(number):
        yield block, np.random.RandomState(number).permutation(len(block.rows)).astype(np.int32)

    counts = np.bincount(block.columns, minlength=N_WORDS)
    return fit_word_vectors(counts, windows, settings, seed, (told if told is not None else []).append)


@needs_twin
@pytest.mark.parametrize("seed", range(4))
def test_compiled_word_vectors_have_the_bits_of_the_definition(monkeypatch, seed):
    compiled = trained(some_texts(seed), seed=seed)
    monkeypatch.setenv(PURE_PYTHON, "1")
    assert compiled.tobytes() == trained(some_texts(seed), seed=seed).tobytes()


def test_words_with_the_same_neighbours_come_to_lie_together():
    # Words 0 and 1 stand among 10 to 14, words 2 and 3 among 20 to 24.
    rng = np.random.RandomState(0)
    texts = []
    for _ in range(400):
        side = rng.randint(2)
        middle = rng.randint(2) + 2 * side
        texts.append(np.r_[rng.permutation(5)[:3], -10 * (side + 1) + middle, rng.permutation(5)[:3]] + 10 * (side + 1))
    block = RowBlock(np.arange(400), np.concatenate(texts).astype(np.int32), 7 * np.arange(401, dtype=np.int64))
    vectors = trained(block, WordVectorSettings(size=16, passes=20, n_least=0, sample=1.0))[:4]
    cosines = vectors @ vectors.T / np.outer(*[np.linalg.norm(vectors, axis=1)] * 2)
    assert min(cosines[0, 1], cosines[2, 3]) > cosines[:2, 2:].max() + 0.2


def test_the_vectors_have_the_mean_length_that_was_asked_for():
    told = []
    vectors = trained(some_texts(0), told=told)
    assert np.linalg.norm(vectors, axis=1).mean() == pytest.approx(SETTINGS.mean_norm, rel=1e-5)
    assert (vectors.dtype, vectors.shape, told) == (np.float32, (N_WORDS, 16), [N_TEXTS] * 3)


def test_only_frequent_words_are_left_out():
    chances = keep_chances(np.array([1, 1000, 100_000]), 1e-3)
    assert chances[0] == chances[0].clip(1) == 1
    assert 0 < chances[2] < chances[1] <= 1


@needs_twin
@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("columns", np.array([9], np.int32), "places must be below 4; got 9"),
        ("noise", np.zeros(3, np.int32), "power of two"),
        ("order", np.array([1], np.int32), "places must be below 1; got 1"),
        ("kept", np.zeros(3, np.uint32), "of the same length"),
        ("state", np.ones(2, np.uint64), "one state"),
    ],
)
def test_the_compiled_twin_refuses_arrays_that_do_not_fit(name, value, message):
    arrays = {
        "inputs": np.zeros((4, 16), np.float32),
        "outputs": np.zeros((4, 16), np.float32),
        "columns": np.array([1], np.int32),
        "indptr": np.array([0, 1], np.int64),
        "order": np.array([0], np.int32),
        "kept": np.zeros(4, np.uint32),
        "noise": np.zeros(4, np.int32),
        "state": np.ones(1, np.uint64),
    } | {name: value}
    with pytest.raises(ValueError, match=message):
        vectors_twin().cbow(**arrays, window=5, n_negatives=5, rate=0.1, largest=6.0, table=word_vectors.SIGMOID)
