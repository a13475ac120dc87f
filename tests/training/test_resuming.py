"""Training that is killed goes on to the same bytes; another run's checkpoint is refused; --continue learns more."""

import csv
import json
import random
import shutil
import signal
import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from movieclassifier.corpora.readers.tables import iter_csv
from movieclassifier.models.persistence import load_classifier
from movieclassifier.training.begun_run import BEGUN
from movieclassifier.training.checkpoints import CACHE, CHECKPOINT, STATE, load_checkpoint_facts
from train_online import main

SAMPLE = Path(str(files("movieclassifier").joinpath("bundled/sample_reviews.csv")))
FAST = ["--n-features", "2**12", "--minibatch-size", "50", "--no-progress", "--keep-state", "--checkpoint-every", "1"]
HEADER = b"review,sentiment\n"


def train(*arguments):
    """Train in this process."""
    return CliRunner().invoke(main, [*FAST, *map(str, arguments)])


def start(*arguments):
    """Train in a process of its own."""
    command = [sys.executable, "train_online.py", *FAST, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def record(model_dir):
    return (model_dir / "classifier.npz").read_bytes()


@pytest.fixture(scope="session")
def corpus(tmp_path_factory):
    """Return a corpus that takes a second or two to train on."""
    rows = SAMPLE.read_bytes().removeprefix(HEADER)
    path = tmp_path_factory.mktemp("corpus") / "movie_data.csv"
    path.write_bytes(HEADER + rows * 12)
    return path


@pytest.fixture(scope="session")
def undisturbed(corpus, tmp_path_factory):
    """Return the record that each kind of run writes when nobody disturbs it."""
    found = {}
    for passes in (1, 3):
        model_dir = tmp_path_factory.mktemp("undisturbed")
        assert train(corpus, "--model", model_dir, "--passes", passes).exit_code == 0
        found[passes] = record(model_dir)
    return found


def steps_done(model_dir):
    facts = load_checkpoint_facts(model_dir / CHECKPOINT)
    return 0 if facts is None else facts.n_steps_done


def kill_after(run, model_dir, n_steps):
    """Kill a run as soon as its checkpoint tells of some steps; tell whether it was still at work."""
    while run.poll() is None and steps_done(model_dir) < n_steps:
        time.sleep(0.005)
    run.send_signal(signal.SIGKILL)
    assert run.communicate()[1].count("Error") == 0
    return run.returncode == -signal.SIGKILL


# There are 83 minibatches: of three passes the first 83 steps only count, and there are 332.
@pytest.mark.parametrize(
    ("passes", "moments"),
    [(1, (1, 40, 75)), (3, (60, 90, 200, 325))],
    ids=["one pass", "counting pass and three passes"],
)
def test_killed_run_goes_on_to_the_same_bytes(passes, moments, corpus, undisturbed, tmp_path):
    options = [corpus, "--model", tmp_path, "--passes", passes]
    n_kills = sum(kill_after(start(*options, "--resume"), tmp_path, moment) for moment in moments)
    assert n_kills >= 3
    assert not (tmp_path / "classifier.npz").exists()
    assert train(*options, "--resume").exit_code == 0
    assert record(tmp_path) == undisturbed[passes]
    assert {path.name for path in tmp_path.iterdir()} == {"classifier.npz", STATE}


def test_resumed_run_says_where_it_goes_on(model_dir, corpus):
    n_done = steps_done(model_dir) - 83
    result = train(corpus, "--model", model_dir, "--passes", 2, "--resume")
    where = (
        f"going on at minibatch {n_done + 1} of 83 (document {n_done * 50 + 1:,}) in pass 2 of 3, counting included."
    )
    assert f"{model_dir / CHECKPOINT}: {where}" in result.stderr.splitlines()
    again = train(corpus, "--model", model_dir, "--passes", 2, "--resume")
    assert f"{model_dir}: this run has finished; it is evaluated and saved again." in again.stderr.splitlines()
    refused = train(corpus, "--model", model_dir, "--passes", 2, "--resume", "--seed", 2)
    assert "going on at" not in refused.stderr


def test_resumed_single_pass_says_where_it_goes_on(tmp_path):
    rows = list(iter_csv(SAMPLE))
    write_rows(tmp_path / "half_sorted.csv", [*rows, *rows, *sorted(rows, key=lambda row: row[1])])
    options = [tmp_path / "half_sorted.csv", "--model", tmp_path / "model"]
    assert train(*options).exit_code == 2
    n_done = steps_done(tmp_path / "model")
    result = train(*options, "--resume", "--allow-sorted")
    assert f"going on at minibatch {n_done + 1} of 21 (document {n_done * 50 + 1})." in result.stderr


def test_run_killed_at_random_moments_goes_on_to_the_same_bytes(corpus, undisturbed, tmp_path):
    options = [corpus, "--model", tmp_path, "--passes", 3, "--resume"]
    draw = random.Random(0)
    found = []
    for moment in sorted(draw.sample(range(1, 300), 3)):
        run = start(*options)
        while run.poll() is None and steps_done(tmp_path) < moment:
            time.sleep(0.001)
        time.sleep(draw.uniform(0, 0.02))  # not only just after a checkpoint
        run.kill()
        run.communicate()
        found.append((run.returncode, steps_done(tmp_path)))
    n_kills = sum(status == -signal.SIGKILL and 0 < n_done < 332 for status, n_done in found)
    assert n_kills >= 2, found
    assert train(*options).exit_code == 0
    assert record(tmp_path) == undisturbed[3]


@pytest.mark.parametrize("passes", [1, 3])
def test_run_killed_between_its_last_checkpoint_and_saving_goes_on(passes, corpus, undisturbed, tmp_path):
    options = [corpus, "--model", tmp_path, "--passes", passes]
    assert train(*options).exit_code == 0
    # What is there at that moment: the finished checkpoint, perhaps the cache, half a record, and no model.
    (tmp_path / STATE).rename(tmp_path / CHECKPOINT)
    (tmp_path / CACHE).write_bytes(b"the last minibatches")
    (tmp_path / "classifier.npz").unlink()
    (tmp_path / f".{CHECKPOINT}.0123abcd.tmp").write_bytes(b"half a checkpoint")
    assert train(*options, "--resume").exit_code == 0
    assert record(tmp_path) == undisturbed[passes]
    assert {path.name for path in tmp_path.iterdir()} == {"classifier.npz", STATE}


def test_finished_run_is_not_trained_again(corpus, undisturbed, tmp_path):
    options = [corpus, "--model", tmp_path, "--passes", 3]
    assert train(*options).exit_code == 0
    before = (tmp_path / STATE).stat().st_mtime_ns
    result = train(*options, "--resume")
    assert (result.exit_code, record(tmp_path)) == (0, undisturbed[3])
    assert "starting from the beginning" not in result.stderr
    assert (tmp_path / STATE).stat().st_mtime_ns == before


def test_resuming_before_the_first_checkpoint_starts_from_the_beginning(tmp_path):
    result = train(SAMPLE, "--model", tmp_path / "resumed", "--resume")
    assert result.exit_code == 0
    assert f"There is no checkpoint in {tmp_path / 'resumed'} yet: starting from the beginning." in result.stderr
    assert train(SAMPLE, "--model", tmp_path / "straight").exit_code == 0
    assert record(tmp_path / "resumed") == record(tmp_path / "straight")


@pytest.fixture(scope="session")
def interrupted(corpus, tmp_path_factory):
    """Return a model folder with an earlier model and the checkpoint of a run that was killed in its second pass."""
    model_dir = tmp_path_factory.mktemp("interrupted")
    assert train(SAMPLE, "--model", model_dir).exit_code == 0
    assert kill_after(start(corpus, "--model", model_dir, "--passes", 2), model_dir, 100)
    return model_dir


@pytest.fixture
def model_dir(interrupted, tmp_path):
    return Path(shutil.copytree(interrupted, tmp_path / "pkl_objects"))


def assert_refused(result, message):
    assert result.exit_code == 2
    line = result.stderr.splitlines()[-1]
    assert line.startswith("Error: ")
    assert message in line


OTHER_RUNS = [
    (["--seed", 2], ": --seed was 1, is 2"),
    (["--min-df", 3], ": --min-df was none, is 3. "),
    (["--passes", 3], ": --passes was 2, is 3. "),
    (["--alpha", 1e-5], "is 1e-05. "),
    (["--recipe", "book"], '--recipe was "default", is "book"; '),
    (["--minibatch-size", 49], "--minibatch-size was 50, is 49"),
    (["--n-holdout", 300], "--n-train was "),
    (["--keep", 100], "--keep was none, is 100"),
]


@pytest.mark.parametrize(("options", "message"), OTHER_RUNS, ids=lambda value: str(value))
def test_checkpoint_of_a_different_run_is_refused(options, message, corpus, model_dir):
    before = {path.name: path.read_bytes() for path in model_dir.iterdir()}
    result = train(corpus, "--model", model_dir, "--passes", 2, "--resume", *options)
    assert_refused(result, f"{model_dir / CHECKPOINT} belongs to a different run: ")
    assert message in result.stderr
    assert "start again without --resume" in result.stderr
    assert {path.name: path.read_bytes() for path in model_dir.iterdir()} == before


def test_checkpoint_of_a_different_corpus_is_refused(corpus, model_dir, tmp_path):
    other = tmp_path / "movie_data.csv"
    other.write_bytes(corpus.read_bytes().replace(b"the", b"The", 1))
    assert_refused(train(other, "--model", model_dir, "--passes", 2, "--resume"), "the SHA-256 of the corpus was ")


def test_checkpoint_of_a_different_order_is_refused(tmp_path):
    options = [SAMPLE, "--model", tmp_path, "--shuffle", "--shuffle-seed"]
    assert train(*options, 3).exit_code == 0
    (tmp_path / STATE).rename(tmp_path / CHECKPOINT)
    assert_refused(train(*options, 4, "--resume"), ": --shuffle-seed was 3, is 4. ")
    assert train(*options, 3, "--resume").exit_code == 0


def test_other_threads_and_checkpoints_resume_to_the_same_bytes(corpus, model_dir, tmp_path):
    options = [corpus, "--passes", 2, "--threads", 1]
    result = train(*options, "--model", model_dir, "--resume", "--checkpoint-every", 0)
    assert result.exit_code == 0, result.output
    assert train(*options, "--model", tmp_path / "straight").exit_code == 0
    assert record(model_dir) == record(tmp_path / "straight")
    assert not (model_dir / CHECKPOINT).exists()
    assert not (model_dir / CACHE).exists()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda folder: (folder / CACHE).unlink(), f"{CACHE} is gone, which the checkpoint needs"),
        (lambda folder: (folder / CACHE).write_bytes(b"short"), f"{CACHE} is shorter than its checkpoint says"),
        (lambda folder: (folder / CHECKPOINT).write_bytes(b""), f"{CHECKPOINT} is not a checkpoint, or is damaged"),
        (lambda folder: cut(folder / CHECKPOINT), f"{CHECKPOINT} is not a checkpoint, or is damaged"),
        (
            lambda folder: shutil.copy(folder / "classifier.npz", folder / CHECKPOINT),
            "(it lacks curve, n_steps, n_steps_done, plan, since_point)",
        ),
        (lambda folder: without(folder / CHECKPOINT, "totals"), f"{CHECKPOINT} is damaged: it lacks 'totals'; start"),
        (
            lambda folder: resized(folder / CHECKPOINT, "totals"),
            "its 'totals' is int64 of shape (1,), not int64 of shape",
        ),
        (lambda folder: changed(folder / CHECKPOINT, n_steps_done=10**9), "the step count is invalid: "),
        (lambda folder: changed(folder / CHECKPOINT, curve=[[1]]), "its learning curve is invalid"),
        (lambda folder: changed(folder / CHECKPOINT, plan=7), "a plan must be a mapping; got 7"),
        (lambda folder: replanned(folder / CHECKPOINT, n_train="many"), "n_train of its plan is 'many'"),
        (lambda folder: replanned(folder / CHECKPOINT, earlier=[[1, 2]]), "earlier of its plan is [[1, 2]]"),
        (
            lambda folder: replanned(folder / CHECKPOINT, reading="{"),
            f"{CHECKPOINT} is not a checkpoint, or is damaged",
        ),
        (lambda folder: replanned(folder / CHECKPOINT, classes=[0, "a"]), "classes of its plan is [0, 'a']"),
        (lambda folder: replanned(folder / CHECKPOINT, unknown=1), "a plan has allow_sorted, asked, classes, "),
        (lambda folder: replanned(folder / CHECKPOINT, recipe={}), "a recipe must have the settings"),
        (lambda folder: changed(folder / CHECKPOINT, label_run=["bad", 1]), "its run of one label is invalid"),
    ],
    ids=lambda value: value.split(" ", 1)[-1][:25] if isinstance(value, str) else "",
)
def test_damaged_checkpoint_is_refused(damage, message, corpus, model_dir):
    damage(model_dir)
    earlier = record(model_dir)
    result = train(corpus, "--model", model_dir, "--passes", 2, "--resume")
    assert_refused(result, message)
    assert "start" in result.stderr
    assert record(model_dir) == earlier


def cut(path):
    path.write_bytes(path.read_bytes()[:-1000])


def without(path, name):
    with np.load(path) as file:
        members = {other: file[other] for other in file.files if other != name}
    np.savez(path, **members)


def resized(path, name):
    with np.load(path) as file:
        members = {other: file[other] for other in file.files}
    np.savez(path, **members | {name: members[name][:-1]})


def changed(path, **facts):
    """Change facts of a checkpoint."""
    with np.load(path) as file:
        members = {other: file[other] for other in file.files}
    facts = json.loads(members["facts"].tobytes()) | facts
    np.savez(path, **members | {"facts": np.frombuffer(json.dumps(facts).encode(), np.uint8)})


def replanned(path, **settings):
    """Change settings of a checkpoint's plan."""
    with np.load(path) as file:
        plan = json.loads(file["facts"].tobytes())["plan"]
    changed(path, plan=plan | settings)


def test_checkpoint_of_a_later_version_is_refused(corpus, model_dir):
    changed(model_dir / CHECKPOINT, format=4)
    result = train(corpus, "--model", model_dir, "--passes", 2, "--resume")
    assert_refused(result, "its format is 4, this version reads 3")


def write_rows(path, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("review", "sentiment"), *rows])


def halves(tmp_path):
    """Write two corpora, each with words of its own."""
    rows = list(iter_csv(SAMPLE))
    first = [(f"{text} {'aaa' if label == '0' else 'bbb'}", label) for text, label in rows[::2]]
    second = [(f"{text} {'ccc' if label == '0' else 'ddd'}", label) for text, label in rows[1::2]]
    write_rows(tmp_path / "first.csv", first)
    write_rows(tmp_path / "second.csv", second)
    return tmp_path / "first.csv", tmp_path / "second.csv"


def test_second_corpus_is_learned_on_top_of_the_first(tmp_path):
    first, second = halves(tmp_path)
    model_dir = tmp_path / "model"
    assert train(first, "--model", model_dir).exit_code == 0
    alone = load_classifier(model_dir)
    assert train(second, "--model", model_dir, "--continue").exit_code == 0
    both = load_classifier(model_dir)
    assert alone.predict(["aaa", "bbb"]).tolist() == [0, 1]
    assert both.predict(["aaa", "bbb", "ccc", "ddd"]).tolist() == [0, 1, 0, 1]
    assert both.weights.t > alone.weights.t
    assert both.metadata["corpus"] == ["second.csv"]
    assert both.metadata["earlier"] == [[alone.metadata["sha256"], alone.metadata["n_train"], ["first.csv"]]]


def test_killed_continuation_goes_on_to_the_same_bytes(corpus, tmp_path):
    straight, killed = tmp_path / "straight", tmp_path / "killed"
    assert train(SAMPLE, "--model", straight).exit_code == 0
    shutil.copytree(straight, killed)
    assert train(corpus, "--model", straight, "--continue").exit_code == 0
    assert kill_after(start(corpus, "--model", killed, "--continue"), killed, 20)
    assert kill_after(start(corpus, "--model", killed, "--continue", "--resume"), killed, 50)
    assert train(corpus, "--model", killed, "--continue", "--resume").exit_code == 0
    assert record(killed) == record(straight)
    # Repeated once more, it does not learn the second corpus twice.
    assert train(corpus, "--model", killed, "--continue", "--resume").exit_code == 0
    assert record(killed) == record(straight)


def kill_at_the_start(model_dir, *arguments):
    """Kill a training after it has begun, and before its first checkpoint."""
    left = model_dir / f".{CHECKPOINT}.0123abcd.tmp"
    left.write_bytes(b"what is cleared")
    run = start(*arguments, "--model", model_dir, "--checkpoint-every", 1000)
    while run.poll() is None and (
        left.exists() or ("--continue" not in arguments and not (model_dir / BEGUN).exists())
    ):
        time.sleep(0.005)
    run.kill()
    assert run.communicate()[1].count("Error") == 0
    assert run.returncode == -signal.SIGKILL
    assert steps_done(model_dir) == 0


@pytest.fixture(scope="session")
def continued(corpus, tmp_path_factory):
    """Return a folder with a model that a second corpus was learned on top of."""
    model_dir = tmp_path_factory.mktemp("continued")
    assert train(SAMPLE, "--model", model_dir).exit_code == 0
    assert train(corpus, "--model", model_dir, "--continue").exit_code == 0
    return model_dir


def test_new_run_does_not_go_on_from_an_earlier_continuation(corpus, undisturbed, continued, tmp_path):
    model_dir = Path(shutil.copytree(continued, tmp_path / "model"))
    kill_at_the_start(model_dir, corpus)
    result = train(corpus, "--model", model_dir, "--resume")
    assert f"There is no checkpoint in {model_dir} yet: starting from the beginning." in result.stderr
    assert record(model_dir) == undisturbed[1]


def test_continuation_does_not_go_on_from_the_run_that_it_continues(corpus, tmp_path):
    straight, resumed = tmp_path / "straight", tmp_path / "resumed"
    assert train(corpus, "--model", straight).exit_code == 0
    shutil.copytree(straight, resumed)
    assert train(corpus, "--model", straight, "--continue").exit_code == 0
    assert train(corpus, "--model", resumed, "--continue", "--resume").exit_code == 0
    assert record(resumed) == record(straight)
    assert len(load_classifier(resumed).metadata["earlier"]) == 1


@pytest.mark.parametrize("options", [[], ["--checkpoint-every", 0]], ids=["checkpoints", "none"])
def test_second_continuation_on_a_corpus_does_not_go_on_from_the_first(options, corpus, continued, tmp_path):
    straight, killed = (Path(shutil.copytree(continued, tmp_path / name)) for name in ("straight", "killed"))
    assert train(corpus, "--model", straight, "--continue").exit_code == 0
    kill_at_the_start(killed, corpus, "--continue")
    assert train(corpus, "--model", killed, "--continue", "--resume", *options).exit_code == 0
    assert record(killed) == record(straight)
    assert len(load_classifier(killed).metadata["earlier"]) == 2


def test_killed_continuation_of_several_passes_starts_again(corpus, tmp_path):
    straight, killed = tmp_path / "straight", tmp_path / "killed"
    assert train(SAMPLE, "--model", straight, "--passes", 2).exit_code == 0
    shutil.copytree(straight, killed)
    options = [corpus, "--passes", 2, "--continue"]
    assert train(*options, "--model", straight).exit_code == 0
    kill_at_the_start(killed, *options)
    assert train(*options, "--model", killed, "--resume").exit_code == 0
    assert record(killed) == record(straight)
    assert not (killed / CACHE).exists()


def test_state_of_a_different_run_is_not_used_in_place_of_the_continued_one(corpus, continued, tmp_path):
    model_dir = Path(shutil.copytree(continued, tmp_path / "model"))
    kill_at_the_start(model_dir, corpus, "--continue")
    assert train(SAMPLE, "--model", tmp_path / "other").exit_code == 0
    shutil.copy(tmp_path / "other" / STATE, model_dir)
    result = train(corpus, "--model", model_dir, "--continue", "--resume")
    assert_refused(result, f"{model_dir / CHECKPOINT} belongs to a different run: earlier was ")


@pytest.mark.parametrize("first", [[], ["--continue"]], ids=["new", "continued"])
def test_continuation_and_new_run_do_not_resume_each_other(first, corpus, tmp_path):
    other = [] if first else ["--continue"]
    options = [corpus, "--model", tmp_path]
    assert train(SAMPLE, "--model", tmp_path).exit_code == 0
    assert kill_after(start(*options, *first), tmp_path, 3)
    words = ("false", "true") if other else ("true", "false")
    assert_refused(train(*options, *other, "--resume"), "a different run: --continue was {}, is {}. ".format(*words))
    assert train(*options, *first, "--resume").exit_code == 0


def test_continuation_that_fails_before_its_first_checkpoint_can_be_resumed(tmp_path):
    rows = list(iter_csv(SAMPLE))
    sorted_path = tmp_path / "sorted.csv"
    write_rows(sorted_path, sorted(rows, key=lambda row: row[1]))
    straight, refused = tmp_path / "straight", tmp_path / "refused"
    assert train(SAMPLE, "--model", straight).exit_code == 0
    shutil.copytree(straight, refused)
    assert train(sorted_path, "--model", straight, "--continue", "--allow-sorted").exit_code == 0
    assert_refused(train(sorted_path, "--model", refused, "--continue"), "A stream sorted by label trains badly")
    options = ["--continue", "--resume", "--allow-sorted"]
    assert train(sorted_path, "--model", refused, *options).exit_code == 0
    assert record(refused) == record(straight)


def test_continuation_goes_on_from_a_saved_run_that_was_killed_before_its_end(corpus, tmp_path):
    first, second = halves(tmp_path)
    straight, killed = tmp_path / "straight", tmp_path / "killed"
    assert train(first, "--model", killed).exit_code == 0
    earlier = (killed / STATE).read_bytes()
    assert train(SAMPLE, "--model", killed).exit_code == 0
    shutil.copytree(killed, straight)
    # As it is between save_model and keep_state: the model and the checkpoint of one run, the state of another.
    (killed / STATE).rename(killed / CHECKPOINT)
    (killed / STATE).write_bytes(earlier)
    by_label = tmp_path / "sorted.csv"
    write_rows(by_label, sorted(iter_csv(SAMPLE), key=lambda row: row[1]))
    for model_dir in (straight, killed):
        assert_refused(train(by_label, "--model", model_dir), "A stream sorted by label")
        assert train(second, "--model", model_dir, "--continue").exit_code == 0
    assert record(killed) == record(straight)


def test_new_run_that_is_given_up_does_not_take_continue_from_the_earlier_model(corpus, tmp_path):
    first, second = halves(tmp_path)
    straight, disturbed = tmp_path / "straight", tmp_path / "disturbed"
    assert train(first, "--model", straight).exit_code == 0
    shutil.copytree(straight, disturbed)
    assert train(second, "--model", straight, "--continue").exit_code == 0
    assert kill_after(start(corpus, "--model", disturbed), disturbed, 3)
    assert train(second, "--model", disturbed, "--continue").exit_code == 0
    assert record(disturbed) == record(straight)


def test_finished_run_that_was_not_saved_is_continued_from(tmp_path):
    first, second = halves(tmp_path)
    straight, unsaved = tmp_path / "straight", tmp_path / "unsaved"
    assert train(first, "--model", straight).exit_code == 0
    unsaved.mkdir()
    shutil.copy(straight / STATE, unsaved / CHECKPOINT)
    for model_dir in (straight, unsaved):
        assert train(second, "--model", model_dir, "--continue").exit_code == 0
    assert record(unsaved) == record(straight)


def test_continuing_from_nothing_is_said(tmp_path):
    result = train(SAMPLE, "--model", tmp_path, "--continue")
    assert_refused(result, f"{tmp_path / STATE}: there is no checkpoint to go on from")


def test_continuing_from_an_unfinished_run_is_refused(model_dir):
    (model_dir / STATE).unlink()
    result = train(SAMPLE, "--model", model_dir, "--continue")
    assert_refused(result, f"{model_dir / CHECKPOINT}: this run has not finished; finish it with --resume")


def test_continuing_with_different_labels_is_refused(tmp_path):
    assert train(SAMPLE, "--model", tmp_path / "model").exit_code == 0
    rows = SAMPLE.read_bytes().replace(HEADER, b"text,label\n").replace(b",1\n", b",good\n").replace(b",0\n", b",bad\n")
    (tmp_path / "other.csv").write_bytes(rows)
    result = train(tmp_path / "other.csv", "--model", tmp_path / "model", "--continue")
    assert_refused(result, 'the list of labels was ["negative", "positive"], is ["bad", "good"]')


def test_sorted_rest_can_be_allowed_after_a_refusal(tmp_path):
    rows = list(iter_csv(SAMPLE))
    path = tmp_path / "half_sorted.csv"
    write_rows(path, [*rows, *rows, *sorted(rows, key=lambda row: row[1]), *rows])
    options = [path, "--model", tmp_path / "model"]
    assert_refused(train(*options), "A stream sorted by label trains badly")
    assert steps_done(tmp_path / "model") > 0
    assert train(*options, "--resume", "--allow-sorted").exit_code == 0
    assert train(path, "--model", tmp_path / "straight", "--allow-sorted").exit_code == 0
    assert record(tmp_path / "model") == record(tmp_path / "straight")
