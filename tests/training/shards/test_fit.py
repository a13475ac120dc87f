import hashlib
from pathlib import Path

import numpy as np
import pytest

from movieclassifier import Plan, make_recipe, open_corpus, survey
from movieclassifier.corpora import cutting
from movieclassifier.corpora.survey import count_labels
from movieclassifier.models.record import record_bytes
from movieclassifier.training.engines.local import LocalEngine
from movieclassifier.training.shards import fit
from movieclassifier.training.shards.fit import CHECKPOINT, DOCUMENTS, ShardedFit, fit_shards
from movieclassifier.training.source_tasks import find_source
from tests.support.engines import InProcess

SAMPLE = Path(__file__).parents[3] / "movieclassifier/bundled/sample_reviews.csv"
SETTINGS = {"n_features": 2**14, "passes": 2, "calibrate": False}


@pytest.fixture(scope="module")
def sample():
    corpus = open_corpus(SAMPLE)
    return corpus, survey(corpus)


def plan_of(sample, **overrides):
    found = sample[1]
    recipe = make_recipe(overrides.pop("recipe", "default"), **SETTINGS | overrides.pop("settings", {}))
    values = {"minibatch_size": 20, "allow_sorted": True, "n_shards": 4, "sha256": found.sha256} | overrides
    return Plan(recipe, found.classes, count_labels(found), 400, **values)


def digest_of(sample, folder, engine, resume=False, documents=None, **overrides):
    folder.mkdir(exist_ok=True)
    documents = iter(sample[0]) if documents is None else documents
    classifier = fit_shards(documents, plan_of(sample, **overrides), engine, model_dir=folder, resume=resume)
    return hashlib.sha256(record_bytes(classifier)).hexdigest()


@pytest.fixture(scope="module")
def digest(sample, tmp_path_factory):
    return digest_of(sample, tmp_path_factory.mktemp("model"), InProcess())


@pytest.mark.parametrize("n_workers", [2, 7])
def test_the_record_does_not_depend_on_bundles_and_order(sample, digest, n_workers, tmp_path):
    assert digest_of(sample, tmp_path, InProcess(n_workers)) == digest
    assert list(tmp_path.iterdir()) == []


def test_processes_give_the_same_record(sample, digest, tmp_path):
    engine = LocalEngine(2)
    assert digest_of(sample, tmp_path, engine) == digest
    engine.close()


def test_documents_that_workers_read_give_the_same_record(sample, digest, tmp_path, monkeypatch):
    monkeypatch.setattr(cutting, "MIN_PIECE", 2**12)
    source = find_source(sample[0], InProcess(3), 2)
    train, _ = source.split(400, 0)
    assert len(source.excerpt.pieces) > 1
    assert digest_of(sample, tmp_path, InProcess(3), documents=train) == digest
    calibrated = {"settings": {"calibrate": True}}
    records = [digest_of(sample, tmp_path, InProcess(3), documents=part, **calibrated) for part in (train, None)]
    assert records[0] == records[1] != digest


def test_without_the_compiled_twins_the_record_is_the_same(sample, digest, tmp_path, monkeypatch):
    monkeypatch.setenv("MOVIECLASSIFIER_PURE_PYTHON", "1")
    assert digest_of(sample, tmp_path, InProcess()) == digest


def test_seed_and_number_of_shards_decide_the_record(sample, digest, tmp_path):
    digests = {
        digest,
        digest_of(sample, tmp_path, InProcess(), seed=2),
        digest_of(sample, tmp_path, InProcess(), n_shards=3),
    }
    assert len(digests) == 3


@pytest.mark.parametrize("dies_at", [1, 2, 3, 5])
def test_an_interrupted_run_goes_on_to_the_same_record(sample, digest, dies_at, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        digest_of(sample, tmp_path, InProcess(dies_at=dies_at))
    assert not (tmp_path / DOCUMENTS).exists()
    assert digest_of(sample, tmp_path, InProcess(2), resume=True) == digest


def test_a_checkpoint_of_a_different_run_is_refused(sample, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        digest_of(sample, tmp_path, InProcess(dies_at=3))
    with pytest.raises(
        ValueError, match=r"shards\.npz cannot be gone on from .it belongs to a run of a different corpus"
    ):
        digest_of(sample, tmp_path, InProcess(), n_shards=3, resume=True)


def test_a_damaged_checkpoint_is_refused(sample, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        digest_of(sample, tmp_path, InProcess(dies_at=3))
    path = tmp_path / CHECKPOINT
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match=r"shards\.npz cannot be gone on from"):
        digest_of(sample, tmp_path, InProcess(), resume=True)


@pytest.mark.parametrize(
    ("name", "forge", "message"),
    [
        ("columns", lambda array: array[::-1].copy(), "its columns do not ascend"),
        ("columns", lambda array: np.append(array[:-1], np.int32(2**30)), "its columns go beyond"),
        ("counts", lambda array: -array, "its 'counts' is negative"),
        ("totals", lambda array: array.astype(np.int32), "its 'totals' is not int64"),
        ("coef", lambda array: array[:, :1].copy(), "its 'coef' is not float32 of shape"),
        ("coef", lambda array: array + np.inf, "its 'coef' is not float32 of shape .*, or not finite"),
        ("intercept", lambda array: array.astype(np.float32), "its 'intercept' is not float64"),
        ("facts", lambda array: np.frombuffer(array.tobytes().replace(b'done": ', b'done": 9'), np.uint8), "9. of its"),
        ("facts", lambda array: np.frombuffer(b"[" * 200_000, np.uint8), "cannot be gone on from"),
    ],
)
def test_a_checkpoint_that_does_not_fit_is_refused(sample, name, forge, message, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        digest_of(sample, tmp_path, InProcess(dies_at=3))
    with np.load(tmp_path / CHECKPOINT) as file:
        arrays = dict(file)
    np.savez(tmp_path / CHECKPOINT, **arrays | {name: forge(arrays[name])})
    with pytest.raises(ValueError, match=message):
        digest_of(sample, tmp_path, InProcess(), resume=True)


def test_the_model_is_as_good_as_that_of_one_machine(sample, tmp_path):
    classifier = fit_shards(iter(sample[0]), plan_of(sample), InProcess(), model_dir=tmp_path)
    texts, labels = zip(*sample[0], strict=True)
    assert (classifier.predict(texts) == labels).mean() > 0.95
    assert [n for n, _ in classifier.metadata["learning_curve"]] == [400, 800]


def test_a_recipe_without_a_ratio_is_trained_too(sample, tmp_path):
    plan = plan_of(sample, recipe="book", settings={"passes": 3})
    classifier = fit_shards(iter(sample[0]), plan, InProcess(), model_dir=tmp_path)
    texts, labels = zip(*sample[0], strict=True)
    assert (classifier.predict(texts) == labels).mean() > 0.8


def test_the_calibration_slice_is_left_out_of_the_shards(sample, tmp_path, monkeypatch):
    plan = plan_of(sample, settings={"calibrate": True})
    written = []
    write = fit._write_lines
    monkeypatch.setattr(fit, "_write_lines", lambda *args: written.append(write(*args)) or written[-1])
    classifier = fit_shards(iter(sample[0]), plan, InProcess(), model_dir=tmp_path)
    assert written == [95] * 4
    assert classifier.temperature_ != 1


def test_a_stream_that_ends_early_is_refused(sample, tmp_path):
    with pytest.raises(ValueError, match="the stream ended before the 400 documents that were planned"):
        fit_shards(list(sample[0])[:399], plan_of(sample), InProcess(), model_dir=tmp_path)


def test_a_sorted_stream_is_refused(sample, tmp_path):
    documents = sorted(sample[0], key=lambda document: document[1])
    with pytest.raises(ValueError, match="A stream sorted by label trains badly"):
        fit_shards(documents, plan_of(sample, allow_sorted=False), InProcess(), model_dir=tmp_path)


def test_stepping_before_counting_is_refused(sample, tmp_path):
    state = ShardedFit(plan_of(sample), tmp_path, str(tmp_path))
    state.save()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError, match=r"call count\(\)"):
        next(state.step([], InProcess()))
    with pytest.raises(ValueError, match=r"call count\(\)"):
        state.classifier(None)
