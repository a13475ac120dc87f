"""The fit by shards: one record, whatever the engine."""

import threading

import pytest

from movieclassifier.corpora import cutting
from movieclassifier.training.engines.local import LocalEngine
from movieclassifier.training.shards import document_lines, saved_passes
from movieclassifier.training.shards.document_lines import DOCUMENTS
from movieclassifier.training.shards.driver import fit_shards
from movieclassifier.training.shards.shard_tasks import step_shards
from movieclassifier.training.source_tasks import find_source
from tests.support.engines import InProcess
from tests.support.shard_fits import digest_of, plan_of, read_sample


@pytest.fixture(scope="module")
def sample():
    return read_sample()


@pytest.fixture(scope="module")
def digest(sample, tmp_path_factory):
    return digest_of(sample, tmp_path_factory.mktemp("model"), InProcess())


@pytest.mark.parametrize("n_workers", [2, 7])
def test_the_record_does_not_depend_on_bundles_and_order(sample, digest, n_workers, tmp_path):
    assert digest_of(sample, tmp_path, InProcess(n_workers)) == digest
    assert sorted(path.name for path in tmp_path.iterdir()) == ["shards-counts.npz", "shards.npz"]


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


def test_an_interrupted_calibration_says_how_to_go_on(sample, tmp_path):
    calibrated = {"settings": {"calibrate": True}}
    with pytest.raises(KeyboardInterrupt, match="Repeat it with resume=True"):
        digest_of(sample, tmp_path, InProcess(dies_at=6), **calibrated)  # after three passes of two tasks each
    expected = digest_of(sample, tmp_path / "whole", InProcess(), **calibrated)
    assert digest_of(sample, tmp_path, InProcess(dies_at=2), resume=True, **calibrated) == expected


class Telling(InProcess):
    """An engine that tells when its workers begin a pass."""

    stepping = None

    def run(self, tasks, forgiving=False):
        if tasks[0].function is step_shards:
            self.stepping.set()
        return super().run(tasks, forgiving)


def test_a_checkpoint_is_written_while_the_workers_go_on(sample, digest, tmp_path, monkeypatch):
    engine, save, waited = Telling(), saved_passes.save_counts, []
    engine.stepping = threading.Event()

    def wait_and_save(*args):
        waited.append(engine.stepping.wait(60))
        save(*args)

    monkeypatch.setattr(saved_passes, "save_counts", wait_and_save)
    assert digest_of(sample, tmp_path, engine) == digest
    assert waited == [True]


@pytest.mark.parametrize("fails_at", [1, 2, 3])
def test_a_checkpoint_that_cannot_be_written_ends_the_training(sample, fails_at, tmp_path, monkeypatch):
    save, n_left = saved_passes.save_weights, iter(range(fails_at))

    def fail_at_last(*args):
        if next(n_left) == fails_at - 1:
            raise OSError("no room")
        save(*args)

    monkeypatch.setattr(saved_passes, "save_weights", fail_at_last)
    with pytest.raises(OSError, match="no room"):
        digest_of(sample, tmp_path, InProcess())


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
    write = document_lines._write_lines
    monkeypatch.setattr(document_lines, "_write_lines", lambda *args: written.append(write(*args)) or written[-1])
    classifier = fit_shards(iter(sample[0]), plan, InProcess(), model_dir=tmp_path)
    assert written == [95] * 4
    assert classifier.temperature_ != 1


def test_a_sorted_stream_is_refused(sample, tmp_path):
    documents = sorted(sample[0], key=lambda document: document[1])
    with pytest.raises(ValueError, match="A stream sorted by label trains badly"):
        fit_shards(documents, plan_of(sample, allow_sorted=False), InProcess(), model_dir=tmp_path)
