"""The checkpoints of a training by shards: written after each pass, and refused where they do not fit."""

import numpy as np
import pytest

from movieclassifier.training.checkpoints import COUNTS, WEIGHTS, remove_saved
from movieclassifier.training.shards.saved_passes import load_pass_facts
from tests.support.engines import InProcess
from tests.support.shard_fits import digest_of, plan_of, read_sample


@pytest.fixture(scope="module")
def sample():
    return read_sample()


@pytest.fixture(scope="module")
def digest(sample, tmp_path_factory):
    return digest_of(sample, tmp_path_factory.mktemp("model"), InProcess())


@pytest.fixture
def interrupted(sample, tmp_path):
    """Return the folder of a run that was interrupted in its second pass."""
    with pytest.raises(KeyboardInterrupt, match="Repeat it with resume=True"):
        digest_of(sample, tmp_path, InProcess(dies_at=5))
    return tmp_path


def test_a_checkpoint_tells_how_far_its_run_has_come(sample, interrupted):
    facts = load_pass_facts(interrupted)
    assert (facts.plan, facts.n_passes_done, len(facts.curve)) == (plan_of(sample), 1, 1)
    (interrupted / WEIGHTS).write_bytes(b"")
    assert load_pass_facts(interrupted) is None
    assert load_pass_facts(interrupted / "nowhere") is None


def test_the_counts_are_written_once(sample, digest, interrupted):
    before = (interrupted / COUNTS).stat().st_mtime_ns
    (interrupted / f".{WEIGHTS}.0123abcd.tmp").write_bytes(b"half a checkpoint")
    with pytest.raises(KeyboardInterrupt):
        digest_of(sample, interrupted, InProcess(dies_at=0), resume=True)
    assert (interrupted / COUNTS).stat().st_mtime_ns == before
    assert digest_of(sample, interrupted, InProcess(), resume=True) == digest
    assert digest_of(sample, interrupted, InProcess(dies_at=0), resume=True) == digest  # the model was not saved
    remove_saved(interrupted)
    assert not list(interrupted.iterdir())


def test_a_checkpoint_of_a_different_run_is_refused(sample, interrupted):
    with pytest.raises(ValueError, match=r"shards\.npz belongs to a different run: n_shards was 4, is 3\. Repeat that"):
        digest_of(sample, interrupted, InProcess(), n_shards=3, resume=True)


@pytest.mark.parametrize("name", [WEIGHTS, COUNTS])
def test_a_damaged_checkpoint_is_refused(sample, name, interrupted):
    path = interrupted / name
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match=rf"{name} cannot be gone on from"):
        digest_of(sample, interrupted, InProcess(), resume=True)


def test_counts_that_are_gone_are_named(sample, interrupted):
    (interrupted / COUNTS).unlink()
    with pytest.raises(ValueError, match=rf"{COUNTS} cannot be gone on from \(.*No such file"):
        digest_of(sample, interrupted, InProcess(), resume=True)


def facts_with(old, new):
    return lambda array: np.frombuffer(array.tobytes().replace(old, new), np.uint8)


@pytest.mark.parametrize(
    ("file", "name", "forge", "message"),
    [
        (COUNTS, "run", lambda array: array[1:], "it belongs to a run of a different corpus"),
        (COUNTS, "columns", lambda array: array[::-1].copy(), "its columns do not ascend"),
        (COUNTS, "columns", lambda array: np.append(array[:-1], np.int32(2**30)), "its columns go beyond"),
        (COUNTS, "counts", lambda array: -array, "its 'counts' is negative"),
        (COUNTS, "totals", lambda array: array.astype(np.int32), "its 'totals' is not int64"),
        (WEIGHTS, "coef", lambda array: array[:, :1].copy(), "its 'coef' is not float32 of shape"),
        (WEIGHTS, "coef", lambda array: array + np.inf, "its 'coef' is not float32 of shape .*, or not finite"),
        (WEIGHTS, "intercept", lambda array: array.astype(np.float32), "its 'intercept' is not float64"),
        (WEIGHTS, "facts", facts_with(b'done": ', b'done": 9'), "9. of its"),
        (WEIGHTS, "facts", facts_with(b'"format": 3', b'"format": 2'), "its format is 2, this version reads 3"),
        (WEIGHTS, "facts", lambda array: np.frombuffer(b"[" * 200_000, np.uint8), "cannot be gone on from"),
    ],
)
def test_a_checkpoint_that_does_not_fit_is_refused(sample, file, name, forge, message, interrupted):
    with np.load(interrupted / file) as found:
        arrays = dict(found)
    np.savez(interrupted / file, **arrays | {name: forge(arrays[name])})
    with pytest.raises(ValueError, match=message):
        digest_of(sample, interrupted, InProcess(), resume=True)
