import io
import json
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from movieclassifier.models.classifier import Classifier
from movieclassifier.models.guard import make_guard
from movieclassifier.models.persistence import load_classifier
from movieclassifier.models.record import load_record
from movieclassifier.models.writing import record_bytes, save_record
from movieclassifier.recipes.linear import Recipe
from movieclassifier.recipes.names import RECIPES
from tests.support.command_line import output_of
from tests.support.models import random_classifier

TEXTS = ["A great movie :)", "What a waste of time"]


names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=10)


def assert_same(first: Classifier, second: Classifier) -> None:
    assert record_bytes(first) == record_bytes(second)
    assert first.weights_sha256() == second.weights_sha256()
    assert first.predict_proba(TEXTS).tolist() == second.predict_proba(TEXTS).tolist()


@pytest.mark.parametrize("n_classes", [2, 7])
@given(data=st.data())
@settings(max_examples=15)
def test_record_round_trips_with_unicode_names(n_classes, data, tmp_path_factory):
    labels = sorted(data.draw(st.lists(names, min_size=n_classes, max_size=n_classes, unique=True)))
    classifier = random_classifier(n_classes, seed=data.draw(st.integers(0, 99)))
    classifier.classes_ = np.array(labels)
    classifier.label_names = tuple(data.draw(st.lists(names, min_size=n_classes, max_size=n_classes)))
    classifier.metadata = {"corpus": [data.draw(names)]}
    path = tmp_path_factory.mktemp("record") / "model.npz"
    save_record(path, classifier)
    loaded = load_classifier(path)
    assert loaded.classes_.tolist() == labels
    assert loaded.label_names == classifier.label_names
    assert loaded.metadata == classifier.metadata
    assert_same(loaded, classifier)


def test_extra_arrays_come_back(tmp_path):
    classifier = random_classifier(texts=("a fine film", "a dull film"))
    guard = make_guard(classifier, [("a fine film", 1), ("a dull film", 0)])
    save_record(tmp_path / "model.npz", classifier, guard)
    found = load_record(tmp_path / "model.npz")[1]
    assert found.keys() == guard.keys()
    for name in guard:
        np.testing.assert_array_equal(found[name], guard[name], strict=True)


def test_a_record_of_format_2_is_read_to_the_same_bits(tmp_path):
    classifier = random_classifier(texts=("a fine film", "a dull film"))
    guard = make_guard(classifier, [("a fine film", 1), ("a dull film", 0)])
    members = dict(np.load(io.BytesIO(record_bytes(classifier, guard))))
    facts = json.loads(members["facts"].tobytes()) | {"format": 2}
    older = {name: array for name, array in members.items() if not name.startswith("guard_")} | guard
    older["facts"] = np.frombuffer(json.dumps(facts).encode(), np.uint8)
    older["column_steps"] = np.diff(classifier.columns, prepend=0).astype(np.uint32)
    np.savez(tmp_path / "model.npz", **older)
    found, extra = load_record(tmp_path / "model.npz")
    assert_same(found, classifier)
    assert record_bytes(found, extra) == record_bytes(classifier, guard)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("guard_counts", np.ones((1, 10_000), np.uint8), "guard_counts takes 10,000 bytes, more than the"),
        ("guard_counts", np.ones((1, 1), np.uint8), "its guard set does not fit the rest"),
        ("guard_documents", np.ones(3, np.uint8), "bytes of numbers must be"),
        ("guard_y", None, "lacks 'guard_y'"),
    ],
)
def test_a_guard_set_that_does_not_fit_is_refused(name, value, message, tmp_path):
    classifier = random_classifier(texts=("a fine film", "a dull film"))
    guard = make_guard(classifier, [("a fine film", 1), ("a dull film", 0)])
    members = dict(np.load(io.BytesIO(record_bytes(classifier, guard)))) | {name: value}
    np.savez(tmp_path / "model.npz", **{key: array for key, array in members.items() if array is not None})
    with pytest.raises(ValueError, match=message):
        load_record(tmp_path / "model.npz")


@pytest.fixture
def damaged_guard(tmp_path):
    """A model whose guard set does not fit it."""
    classifier = random_classifier(texts=("a fine film", "a dull film"))
    guard = make_guard(classifier, [("a fine film", 1), ("a dull film", 0)])
    members = dict(np.load(io.BytesIO(record_bytes(classifier, guard))))
    np.savez(tmp_path / "model.npz", **members | {"guard_counts": np.ones((1, 1), np.uint8)})
    return classifier, tmp_path / "model.npz"


def test_predicting_does_without_the_guard_set(damaged_guard):
    classifier, path = damaged_guard
    assert_same(load_classifier(path, with_guard=False), classifier)
    assert load_classifier(path, with_guard=False).guard[1] == {}
    assert output_of("predict", "A great movie", "--model", str(path)).startswith(("0\t", "1\t", "-\t"))


@pytest.mark.parametrize("command", [("info",), ("serve", "--port", "0"), ("prune", "-o", "out.npz", "--keep", "1")])
def test_a_damaged_guard_set_is_refused_where_the_model_is_shown_served_or_written(
    command, damaged_guard, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/feedback.sqlite")
    with pytest.raises(ValueError, match="its guard set does not fit the rest"):
        load_classifier(damaged_guard[1])
    assert "its guard set does not fit the rest" in output_of(*command, "--model", str(damaged_guard[1]), status=2)


def test_no_pickle_is_read_by_the_record(tmp_path):
    path = tmp_path / "model.npz"
    members = dict(np.load(io.BytesIO(record_bytes(random_classifier()))))
    np.savez(path, **members | {"classes": np.array([{}, 1], dtype=object)})
    with pytest.raises(ValueError, match=r"model.npz is not a model of movieclassifier"):
        load_classifier(path)


def changed(name, value):
    """Return a record in which one array or fact is another."""
    members = dict(np.load(io.BytesIO(record_bytes(random_classifier()))))
    facts = json.loads(members["facts"].tobytes())
    if name in facts:
        facts[name] = value
        members["facts"] = np.frombuffer(json.dumps(facts).encode(), dtype=np.uint8)
    else:
        members[name] = value
    buffer = io.BytesIO()
    np.savez(buffer, **members)
    return buffer.getvalue()


N_COLUMNS = len(random_classifier().columns)


RECORD = record_bytes(random_classifier())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not a zip file"),
        (b"review,sentiment\n", "not a zip file"),
        (RECORD[: len(RECORD) // 2], "not a zip file"),
        (changed("recipe", {"name": "x"}), "a recipe must have the settings"),
        (changed("label_names", ["one"]), "its label_names do not fit the rest"),
        (changed("temperature", -1.0), "its temperature do not fit"),
        (changed("classes", np.array([1])), "its classes do not fit"),
        (changed("classes", np.array([0.5, 1.5])), "its classes do not fit"),
        (changed("weights", np.zeros((1, 3), np.float32)), "its weights do not fit"),
        (changed("ratio", np.zeros((1, 3), np.float32)), "its ratio do not fit"),
        (changed("intercept", np.array([np.nan], np.float32)), "its finite do not fit"),
        (changed("intercept", np.zeros(3, np.float32)), "its intercept do not fit"),
        (changed("column_steps", np.zeros(200, np.int64)), "its column_steps do not fit"),
        (changed("column_steps", np.full(200, 2**30, np.uint32)), "its columns do not fit"),
        (changed("temperature", float("inf")), "its temperature do not fit"),
        (changed("t", np.zeros(2)), "its t do not fit"),
        (changed("t", np.float64(-1)), "its t do not fit"),
        (changed("t", np.int64(1)), "its t do not fit"),
        (changed("seed", -1), "its seed do not fit"),
        (changed("seed", 2**32), "its seed do not fit"),
        (changed("seed", 1.5), "its seed do not fit"),
        (changed("ratio", np.ones((1, N_COLUMNS), np.float64)), "its ratio do not fit"),
        (changed("metadata", [1]), "its metadata do not fit"),
        (changed("metadata", {"metrics": [1]}), "its metrics do not fit"),
        (changed("metadata", {"metrics": {"x": 1}}), "its metrics do not fit"),
        (changed("metadata", {"metrics": {"accuracy": "high", "n_documents": 5}}), "its metrics do not fit"),
    ],
)
def test_wrong_cut_or_foreign_record_is_refused(content, message, tmp_path):
    path = tmp_path / "model.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=rf"model.npz is not a model of movieclassifier, or is damaged \(.*{message}"):
        load_classifier(path)


@pytest.mark.parametrize(
    ("number", "advice"), [(1, "it cuts texts into other words; train it again"), (99, "upgrade movieclassifier")]
)
def test_record_of_a_different_format_is_refused_in_one_line(number, advice, tmp_path):
    path = tmp_path / "model.npz"
    path.write_bytes(changed("format", number))
    with pytest.raises(
        ValueError, match=rf"^.+model.npz is a model of format {number}, this version reads 2 to 3: {advice}\.$"
    ):
        load_classifier(path)


def test_record_with_a_flipped_byte_is_refused(tmp_path):
    path = tmp_path / "model.npz"
    middle = len(RECORD) // 2
    path.write_bytes(RECORD[:middle] + bytes([RECORD[middle] ^ 255]) + RECORD[middle + 1 :])
    with pytest.raises(ValueError, match="is damaged"):
        load_classifier(path)


def test_record_without_an_array_is_refused(tmp_path):
    with zipfile.ZipFile(io.BytesIO(RECORD)) as old, zipfile.ZipFile(tmp_path / "model.npz", "w") as new:
        for name in old.namelist():
            if name != "weights.npy":
                new.writestr(name, old.read(name))
    with pytest.raises(ValueError, match="lacks 'weights'"):
        load_classifier(tmp_path / "model.npz")


def test_zip_bomb_is_refused_before_it_unpacks(tmp_path):
    shape = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 900000000), }\n"
    header = b"\x93NUMPY\x01\x00" + len(shape).to_bytes(2, "little") + shape
    with zipfile.ZipFile(io.BytesIO(RECORD)) as old, zipfile.ZipFile(tmp_path / "model.npz", "w") as new:
        for name in old.namelist():
            new.writestr(name, header if name == "weights.npy" else old.read(name))
    with pytest.raises(ValueError, match="weights takes 3,600,000,000 bytes, more than the"):
        load_classifier(tmp_path / "model.npz")


def test_unknown_arrays_are_not_read(tmp_path):
    with zipfile.ZipFile(io.BytesIO(RECORD)) as old, zipfile.ZipFile(tmp_path / "model.npz", "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        new.writestr("more.npy", b"no array")
    assert load_record(tmp_path / "model.npz")[1].keys() == set()


def test_model_too_large_for_memory_is_refused(tmp_path):
    recipe = Recipe().with_settings(n_features=2**31 - 1)
    small = random_classifier(5)
    small.recipe = recipe
    save_record(tmp_path / "model.npz", small)
    with pytest.raises(ValueError, match="its weights take 42,949,672,940 bytes, more than"):
        load_classifier(tmp_path / "model.npz")


def loaded_or_refused(path):
    """Return the digest of the weights, or what was wrong."""
    try:
        return load_classifier(path).weights_sha256()
    except ValueError as error:
        return str(error)


def test_flipped_bits_anywhere_are_refused_or_change_nothing(tmp_path):
    path = tmp_path / "model.npz"
    unchanged = random_classifier().weights_sha256()
    outcomes = []
    for place in range(0, len(RECORD), 29):
        path.write_bytes(RECORD[:place] + bytes([RECORD[place] ^ 4]) + RECORD[place + 1 :])
        outcomes.append(loaded_or_refused(path))
    # Some bits are of dates and attributes, which nothing looks at.
    refused = [outcome for outcome in outcomes if outcome != unchanged]
    assert all("is not a model of movieclassifier, or is damaged" in outcome for outcome in refused)
    assert len(refused) > 0.8 * len(outcomes)


def test_columns_that_wrap_around_are_refused(tmp_path):
    steps = np.full(200, 1, np.uint64)
    steps[[5, 6]] += np.uint64(2**63)
    (tmp_path / "model.npz").write_bytes(changed("column_steps", steps))
    with pytest.raises(ValueError, match="its column_steps do not fit"):
        load_classifier(tmp_path / "model.npz")


def test_what_a_model_without_ratio_learned_is_saved(tmp_path):
    classifier = random_classifier(recipe=RECIPES["book"])
    classifier.learn("zyzzyva qwertz", 1)
    save_record(tmp_path / "model.npz", classifier)
    assert load_classifier(tmp_path / "model.npz").weights_sha256() == classifier.weights_sha256()
