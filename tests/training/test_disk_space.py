"""What a training writes is known about beforehand, and a disk without room for it is refused before the work."""

import re
import shlex
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from movieclassifier.recipes.names import make_recipe
from movieclassifier.training.checkpoints import CACHE, CHECKPOINT
from movieclassifier.training.disk_space import bytes_to_write, check_disk, describe, size_of
from movieclassifier.training.fit import fit
from movieclassifier.training.plan import Plan
from tests.support.reports import SAMPLE


def needed_by(n_classes=2, **settings):
    plan = Plan(make_recipe("default", **settings), tuple(range(n_classes)), (100,) * n_classes, 100 * n_classes)
    return bytes_to_write(plan, 10**7, pickles=True)


def test_more_classes_passes_and_shards_take_more():
    one = needed_by()
    assert one["minibatches"] == 0
    several = needed_by(passes=3)
    assert several["checkpoints"] > one["checkpoints"]
    assert several["minibatches"] > 10**7
    assert sum(needed_by(77).values()) > 10 * sum(one.values())
    sharded = Plan(make_recipe("default"), (0, 1), (100, 100), 200, n_shards=4)
    assert bytes_to_write(sharded, 10**7, pickles=True)["minibatches"] > several["minibatches"]


def test_a_model_without_pickles_takes_less():
    plan = Plan(make_recipe("default"), (0, 1), (100, 100), 200)
    with_pickles, without = (bytes_to_write(plan, 10**7, pickles=pickles)["model"] for pickles in (True, False))
    assert with_pickles - without == 4 * 2**22


@pytest.mark.parametrize("passes", [1, 2])
def test_estimate_is_near_what_is_written(tmp_path, passes):
    from movieclassifier import open_corpus, survey

    corpus = open_corpus(SAMPLE)
    found = survey(corpus)
    counts = tuple(found.label_counts.values())
    plan = Plan(
        make_recipe("default", passes=passes, n_features=2**18),
        found.classes,
        counts,
        400,
        minibatch_size=50,
        allow_sorted=True,
    )
    sizes = {}

    def watched():
        for document in corpus.documents(found.labels):
            for path in tmp_path.iterdir():
                with suppress(FileNotFoundError):  # renamed meanwhile: this runs in a thread that reads ahead
                    sizes[path.name] = max(sizes.get(path.name, 0), path.stat().st_size)
            yield document

    fit(watched(), plan, model_dir=tmp_path, checkpoint_every=1)
    needed = bytes_to_write(plan, size_of([SAMPLE]), pickles=False)
    state = max(sizes.get(CHECKPOINT, 0), *(path.stat().st_size for path in tmp_path.iterdir()))
    assert 0.5 < needed["checkpoints"] / (2 * state) < 4
    assert (needed["minibatches"] > 0) == (passes > 1)
    if passes > 1:
        assert 0.5 < needed["minibatches"] / sizes[CACHE] < 3


def test_full_disk_is_told_before_the_work_with_what_is_needed(tmp_path):
    check_disk(tmp_path, {"model": 10})
    with pytest.raises(
        OSError, match=r"training writes up to 999,999,999,999 MB \(.* for the model\), and .* MB are free"
    ):
        check_disk(tmp_path, {"model": 10**18 - 10**6})
    assert describe({"model": 10**6, "minibatches": 2 * 10**6}) == "3 MB (1 MB for the model, 2 MB for the minibatches)"


@pytest.mark.slow
@pytest.mark.parametrize(("size", "status"), [("10m", 2), ("64m", 0)])
def test_training_on_a_small_disk(tmp_path, size, status):
    """On a file system of its own size, in a mount namespace of its own."""
    folder = tmp_path / "model"
    folder.mkdir()
    mount = shlex.join(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)])
    if (
        not shutil.which("unshare")
        or subprocess.run(["unshare", "-rm", "sh", "-c", mount], capture_output=True).returncode
    ):
        pytest.skip("no mount namespaces here")
    train = shlex.join(
        [str(Path(sys.executable).with_name("movieclassifier")), "train", SAMPLE, "--pickle", "--model", str(folder)]
    )
    listed = shlex.join(["ls", "-A", str(folder)])
    script = f"{mount} && {train} >&2; echo $?; {listed}"
    done = subprocess.run(["unshare", "-rm", "sh", "-c", script], capture_output=True, text=True)
    said, *files = done.stdout.split()
    assert int(said) == status, done.stderr
    if status:
        assert re.search(
            rf"Error: {folder}: training writes up to \d+ MB \(\d+ MB for the model, \d+ MB for the checkpoints\), "
            r"and 1\d MB are free; make room, or pass a folder on a different disk with --model",
            done.stderr.splitlines()[-1],
        )
        assert "classifier.npz" not in files
    else:
        assert "classifier.npz" in files
