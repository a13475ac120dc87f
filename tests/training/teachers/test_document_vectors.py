import numpy as np
import pytest

from movieclassifier.training.teachers.document_vectors import fold_labelled, train_embedding
from movieclassifier.training.teachers.embedding import EmbeddingSettings, noise_table
from movieclassifier.training.teachers.folding_in import make_sphere
from movieclassifier.training.teachers.lessons import Stages
from tests.training.teachers.test_chosen_ngrams import SETTINGS, choose_ngrams, make_lessons

HOW = EmbeddingSettings(size=16, epochs=3, first_rate=0.05, last_rate=0.01, n_fold_negatives=50)


@pytest.fixture
def ready(tmp_path):
    lessons = make_lessons(tmp_path)
    rows = lessons.rows(SETTINGS.ngrams)
    chosen = choose_ngrams(lessons, rows, SETTINGS)
    return lessons, rows, chosen, noise_table(chosen.frequency.astype(float), 2**10)


def test_a_text_comes_to_lie_by_its_class(ready):
    lessons, rows, chosen, noise = ready
    sphere = make_sphere(train_embedding(lessons, rows, chosen, noise, HOW).vectors, noise, HOW, 1)
    vectors = fold_labelled(lessons, rows, chosen, sphere, HOW)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)
    cosines = vectors @ vectors.T
    same = lessons.y[:, None] == lessons.y
    assert cosines[same].mean() > cosines[~same].mean() + 0.2


def test_each_embedding_has_vectors_and_files_of_its_own(ready):
    first, second = (train_embedding(*ready, HOW, number) for number in (0, 1))
    assert first.vectors.tobytes() != second.vectors.tobytes()
    assert all(ready[0].stages.has(f"embedding_{number}_3") for number in (0, 1))


@pytest.mark.parametrize("n_done", [1, 2])
def test_training_goes_on_after_the_last_complete_epoch_to_the_same_bits(ready, monkeypatch, n_done):
    stages = ready[0].stages
    whole = train_embedding(*ready, HOW)
    stages.drop("embedding_0_3", "texts_0_3.f4")
    keep = Stages.keep

    def keep_and_end(stages, name, arrays):
        keep(stages, name, arrays)
        if name == f"embedding_0_{n_done}":
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Stages, "keep", keep_and_end)
        with pytest.raises(KeyboardInterrupt):
            train_embedding(*ready, HOW)
    assert stages.has(f"embedding_0_{n_done}")
    assert train_embedding(*ready, HOW).vectors.tobytes() == whole.vectors.tobytes()
