"""A stage that is finished is not done again, and tells what it has cost."""

import numpy as np
import pytest

from movieclassifier.features.hashing import hash_texts
from movieclassifier.features.ngrams import NGrams
from movieclassifier.training.teachers.lessons import BATCH, Lessons, Stages, in_batches

NGRAMS = NGrams(n_features=2**10)


@pytest.fixture
def lessons(tmp_path):
    labelled = [(f"a good film {i}", 1) for i in range(5)] + [(f"a dull film {i}", 0) for i in range(5)]
    y = np.array([position for _, position in labelled], np.intp)
    return Lessons(labelled, ["an odd film", "no film"], y, 2, 2, Stages(tmp_path))


def test_finished_stage_is_read_and_not_made_again(tmp_path):
    stages, made = Stages(tmp_path), []

    def make():
        made.append(1)
        return {"numbers": np.arange(3)}

    assert not stages.has("count")
    for _ in range(2):
        assert stages.arrays("count", make)["numbers"].tolist() == [0, 1, 2]
    assert (made, stages.has("count")) == ([1], True)
    stages.drop("count", "never there")
    assert not stages.has("count")


def test_file_gets_its_name_when_it_is_complete(tmp_path):
    stages = Stages(tmp_path)
    with stages.replace("texts.f4") as file:
        file.write(b"half")
        assert not stages.path("texts.f4").exists()
    assert stages.path("texts.f4").read_bytes() == b"half"


def test_costs_are_noted_of_stages_that_end_well(tmp_path):
    stages = Stages(tmp_path)
    with stages.progress("Hashing", 3) as progress:
        progress.update(3)
    with pytest.raises(RuntimeError), stages.progress("Counting", 3):
        raise RuntimeError
    (cost,) = Stages(tmp_path).costs()
    assert (cost["stage"], set(cost)) == ("Hashing", {"stage", "seconds", "cpu_seconds", "peak_MB"})
    stages.remove()
    assert not tmp_path.exists()


def test_rows_of_all_texts_are_hashed_once(lessons, monkeypatch):
    rows = lessons.rows(NGRAMS)
    texts = list(lessons.texts())
    assert (rows.n_rows, lessons.n_labelled, texts[-2:]) == (12, 10, ["an odd film", "no film"])
    columns = np.concatenate([block.columns for block in rows.blocks()])
    assert columns.tolist() == hash_texts(texts, NGRAMS).columns.tolist()
    monkeypatch.setattr("movieclassifier.training.teachers.lessons.write_rows", None)
    assert lessons.rows(NGRAMS).n_rows == 12


def test_folds_are_those_of_the_seed(lessons):
    numbers = np.arange(10)
    folds = lessons.fold(numbers, 3)
    assert set(folds.tolist()) <= {0, 1, 2}
    assert folds.tolist() == lessons.fold(numbers, 3).tolist()
    assert lessons.fold(numbers[4:6], 3).tolist() == folds[4:6].tolist()


@pytest.mark.parametrize("n", [0, 1, BATCH, BATCH + 1])
def test_batches_are_of_a_thousand_texts(n):
    assert list(in_batches(iter(["a"] * n), len)) == [size for size in (min(n, BATCH), n - BATCH) if size > 0]
