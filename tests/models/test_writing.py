"""A model folder is written whole or left as it was."""

import pickle

import pytest

from movieclassifier.models import packed_record, writing
from movieclassifier.models.guard import make_guard
from movieclassifier.models.packed_record import PackedRecord
from movieclassifier.models.record import load_record
from movieclassifier.models.writing import (
    PICKLE,
    RECORD,
    STOP_WORDS,
    record_bytes,
    save_model,
    save_record,
)
from movieclassifier.recipes.names import RECIPES
from tests.support.models import random_classifier


def test_folder_holds_the_record_and_the_pickles(tmp_path):
    classifier = random_classifier()
    folder = tmp_path / "new" / "model"
    save_model(folder, classifier, make_guard(classifier, [("a film", 0), ("no film", 1)]), pickles=True)
    assert {path.name for path in folder.iterdir()} == {RECORD, PICKLE, STOP_WORDS}
    _, extra = load_record(folder / RECORD)
    assert extra["guard_y"].tolist() == [0, 1]
    assert "the" in pickle.loads((folder / STOP_WORDS).read_bytes())


def files_in(folder):
    return {path.name for path in folder.iterdir()}


def test_pickles_are_written_where_the_book_wants_them_and_nowhere_else(tmp_path, monkeypatch):
    for name in ("moods", "pkl_objects"):
        save_model(tmp_path / name, random_classifier())
    assert files_in(tmp_path / "moods") == {RECORD}
    assert files_in(tmp_path / "pkl_objects") == {RECORD, PICKLE, STOP_WORDS}
    monkeypatch.chdir(tmp_path / "pkl_objects")
    assert writing.wants_pickles(".", None)


def test_pickles_of_an_earlier_model_are_written_anew_or_removed(tmp_path):
    save_model(tmp_path, random_classifier(), pickles=True)
    before = (tmp_path / PICKLE).read_bytes()
    save_model(tmp_path, random_classifier(seed=1))
    assert files_in(tmp_path) == {RECORD, PICKLE, STOP_WORDS}
    assert (tmp_path / PICKLE).read_bytes() != before
    save_model(tmp_path, random_classifier(seed=1), pickles=False)
    assert files_in(tmp_path) == {RECORD}


@pytest.mark.parametrize("broken", ["write_record", "dump_estimator"])
def test_fault_of_either_half_leaves_what_was_there(tmp_path, monkeypatch, broken):
    save_model(tmp_path, random_classifier(seed=1), pickles=True)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def fail(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(writing, broken, fail)
    with pytest.raises(OSError, match="No space left"):
        save_model(tmp_path, random_classifier(seed=2))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_same_classifier_gives_the_same_bytes(tmp_path):
    save_record(tmp_path / RECORD, random_classifier(3))
    assert (tmp_path / RECORD).read_bytes() == record_bytes(random_classifier(3))
    assert record_bytes(random_classifier(3)) != record_bytes(random_classifier(3, seed=1))


@pytest.mark.parametrize("settings", [{}, {"LARGE": 0}, {"MAX_PACKED": 0}, {"PART": 1}], ids=str)
@pytest.mark.parametrize("recipe", ["book", "default"])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_weights_that_were_packed_ahead_give_the_same_bytes(n_classes, recipe, settings, tmp_path, monkeypatch):
    for name, value in settings.items():
        monkeypatch.setattr(packed_record, name, value)
    classifier = random_classifier(n_classes, RECIPES[recipe], texts=("a film", "no film"))
    guard = make_guard(classifier, [("a film", 0), ("no film", 1)])
    packed = PackedRecord(classifier)
    assert "column_steps" in packed.arrays()
    save_model(tmp_path / "model", classifier, packed.pack_extra(guard), pickles=True, packed=packed)
    save_record(tmp_path / "alone.npz", classifier, guard, PackedRecord(classifier))
    expected = record_bytes(classifier, guard)
    assert (tmp_path / "model" / RECORD).read_bytes() == (tmp_path / "alone.npz").read_bytes() == expected
