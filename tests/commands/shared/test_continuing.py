"""A run that goes on takes what the finished one knows, and says clearly where nothing was kept."""

import json
from dataclasses import replace
from importlib.resources import files

import pytest

from movieclassifier import load_classifier
from movieclassifier.commands.shared import train_results, train_steps
from movieclassifier.training.begun_run import BEGUN
from movieclassifier.training.checkpoints import CHECKPOINT, COUNTS, WEIGHTS
from movieclassifier.training.fit import Fit
from movieclassifier.training.shards.sharded_fit import ShardedFit
from tests.support.command_line import run
from tests.support.fits import SAMPLE as FEW
from tests.support.fits import plan_for

SAMPLE = str(files("movieclassifier").joinpath("bundled/sample_reviews.csv"))
SETTINGS = ["--n-features", "2**12", "--ngrams", "1", "--minibatch-size", "40", "--seed", "5"]


def test_a_training_leaves_no_state_that_nobody_asked_for(tmp_path):
    assert run("train", SAMPLE, *SETTINGS, "--model", tmp_path, "--keep-state").exit_code == 0
    assert (tmp_path / "trainer.npz").exists()
    assert run("train", SAMPLE, *SETTINGS, "--model", tmp_path).exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["classifier.npz"]


def test_without_a_state_there_is_nothing_to_continue_from(tmp_path):
    run("train", SAMPLE, *SETTINGS, "--model", tmp_path)
    refused = run("train", SAMPLE, "--continue", "--model", tmp_path)
    assert refused.exit_code == 2
    assert refused.stderr == (
        f"Error: {tmp_path}/trainer.npz: this model was trained without --keep-state, so there is nothing to continue "
        "from. Train it again with --keep-state, or train on both corpora at once.\n"
    )


@pytest.mark.parametrize("more", [[], ["--seed", "6"]])
def test_settings_are_not_asked_for_again(tmp_path, more):
    table = (files("movieclassifier") / "bundled" / "sample_reviews.csv").read_text("utf-8")
    (tmp_path / "t.csv").write_text(table.replace("review,sentiment", "body,mood", 1))
    columns = ["--text-column", "body", "--label-column", "mood", "--labels", "0=bad,1=good"]
    for folder, again in (("short", more), ("long", [*SETTINGS, *columns, *more])):
        trained = run("train", tmp_path / "t.csv", *SETTINGS, *columns, "--model", tmp_path / folder, "--keep-state")
        assert trained.exit_code == 0, trained.output
        done = run("train", tmp_path / "t.csv", "--continue", "--model", tmp_path / folder, *again)
        if more and folder == "short":
            assert done.exit_code == 0, done.output
        assert ("Reading with " in done.stderr) == (folder == "short")
    records = [load_classifier(tmp_path / folder) for folder in ("short", "long")]
    assert records[0].weights_sha256() == records[1].weights_sha256()
    assert json.dumps(records[0].metadata) == json.dumps(records[1].metadata)
    assert records[0].metadata["seed"] == (6 if more else 5)
    assert (tmp_path / "short" / "trainer.npz").exists()


def test_a_resumed_run_knows_its_options(tmp_path, monkeypatch):
    table = (files("movieclassifier") / "bundled" / "sample_reviews.csv").read_text("utf-8")
    (tmp_path / "t.csv").write_text(table.replace("review,sentiment", "body,mood", 1))
    columns = ["--text-column", "body", "--label-column", "mood", "--labels", "0=bad,1=good", "--shuffle-seed", "3"]
    options = [*SETTINGS, *columns, "--shuffle", "--passes", "2", "--n-holdout", "150", "--checkpoint-every", "1"]
    assert run("train", tmp_path / "t.csv", *options, "--model", tmp_path / "whole").exit_code == 0
    save = Fit.save

    def stopped(fit, *arguments, **settings):
        save(fit, *arguments, **settings)
        if fit.n_steps_done >= 5:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Fit, "save", stopped)
        assert run("train", tmp_path / "t.csv", *options, "--model", tmp_path / "cut").exit_code == 130
    other = run("train", tmp_path / "t.csv", "--resume", "--seed", "6", "--model", tmp_path / "cut")
    assert "belongs to a different run: --seed was 5, is 6." in other.stderr
    done = run("train", tmp_path / "t.csv", "--resume", "--model", tmp_path / "cut")
    assert "going on at minibatch 6 of" in done.stderr
    records = [(tmp_path / folder / "classifier.npz").read_bytes() for folder in ("whole", "cut")]
    assert records[0] == records[1]


def test_a_resumed_run_of_shards_knows_their_number(tmp_path, monkeypatch):
    options = [*SETTINGS, "--passes", "2", "--shards", "3", "--workers", "1"]
    assert run("train", SAMPLE, *options, "--model", tmp_path / "whole").exit_code == 0
    step = ShardedFit.step

    def stopped(fit, *arguments):
        if fit.n_passes_done == 1:
            raise KeyboardInterrupt
        yield from step(fit, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(ShardedFit, "step", stopped)
        assert run("train", SAMPLE, *options, "--model", tmp_path / "cut").exit_code == 130
    done = run("train", SAMPLE, "--resume", "--workers", "1", "--model", tmp_path / "cut")
    assert f"{tmp_path / 'cut' / WEIGHTS}: going on after pass 1 of 2." in done.stderr.splitlines()
    records = [(tmp_path / folder / "classifier.npz").read_bytes() for folder in ("whole", "cut")]
    assert records[0] == records[1]


@pytest.mark.parametrize("options", [["--passes", "2", "--shards", "3", "--workers", "1"], ["--passes", "2"]], ids=str)
def test_a_run_that_was_stopped_before_its_first_checkpoint_begins_again_with_its_options(
    options, tmp_path, monkeypatch
):
    options = [*SETTINGS, *options]
    assert run("train", SAMPLE, *options, "--model", tmp_path / "whole").exit_code == 0

    def stopped(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(train_steps, "fit_stream", stopped)
        assert run("train", SAMPLE, *options, "--model", tmp_path / "cut").exit_code == 130
    assert [path.name for path in (tmp_path / "cut").iterdir()] == [BEGUN]
    done = run("train", SAMPLE, "--resume", "--model", tmp_path / "cut")
    assert "There is no checkpoint in" in done.stderr
    records = [(tmp_path / folder / "classifier.npz").read_bytes() for folder in ("whole", "cut")]
    assert records[0] == records[1]
    assert [path.name for path in (tmp_path / "cut").iterdir()] == ["classifier.npz"]


def test_resuming_what_has_not_begun_is_warned_of(tmp_path):
    done = run("train", SAMPLE, *SETTINGS, "--resume", "--model", tmp_path)
    assert done.exit_code == 0
    told = f"Warning: no run has begun in {tmp_path}; options that are not given now have their defaults."
    assert told in done.stderr.splitlines()


def test_a_run_that_has_finished_is_not_resumed(tmp_path):
    arguments = ["train", SAMPLE, "--model", tmp_path]
    assert run(*arguments, *SETTINGS).exit_code == 0
    before = (tmp_path / "classifier.npz").read_bytes()
    refused = run(*arguments, "--resume")
    assert refused.exit_code == 2
    assert "the training of this model has finished, and there is nothing to go on from; start without --resume" in (
        refused.stderr
    )
    assert [path.name for path in tmp_path.iterdir()] == ["classifier.npz"]
    assert (tmp_path / "classifier.npz").read_bytes() == before


def test_what_is_left_when_a_finished_run_is_killed_is_no_plan_without_its_checkpoint(tmp_path, monkeypatch):
    def killed(folder):
        raise KeyboardInterrupt

    arguments = ["train", SAMPLE, "--model", tmp_path]
    assert run(*arguments, *SETTINGS).exit_code == 0
    before = (tmp_path / "classifier.npz").read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr(train_results, "remove_state", killed)
        assert run(*arguments, *SETTINGS, "--checkpoint-every", "1").exit_code == 130
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoint.npz", "classifier.npz"]
    assert run(*arguments, "--resume").exit_code == 0
    assert (tmp_path / "classifier.npz").read_bytes() == before


def test_a_new_run_leaves_no_checkpoint_of_an_interrupted_one(tmp_path):
    for name in (CHECKPOINT, WEIGHTS, COUNTS):
        (tmp_path / name).write_bytes(b"of an earlier run")
    assert run("train", SAMPLE, *SETTINGS, "--model", tmp_path).exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["classifier.npz"]


def test_a_continued_run_keeps_no_plan(tmp_path):
    arguments = ["train", SAMPLE, "--model", tmp_path, "--keep-state"]
    assert run(*arguments, *SETTINGS).exit_code == 0
    (tmp_path / BEGUN).write_text("{}")
    assert run(*arguments, "--continue").exit_code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["classifier.npz", "trainer.npz"]


def test_workers_are_warned_of_where_nothing_is_trained_side_by_side(tmp_path):
    options = [*SETTINGS, "--model", tmp_path, "--workers", "1"]
    told = "Warning: --workers has no effect unless --shards is above 1 or --on is given."
    assert told in run("train", SAMPLE, *options).stderr.splitlines()
    assert "--workers" not in run("train", SAMPLE, *options, "--shards", "2", "--passes", "2").stderr


def test_a_kept_state_is_not_replaced_by_a_resumed_run_of_another_corpus(tmp_path):
    arguments = ["train", SAMPLE, "--model", tmp_path]
    assert run(*arguments, *SETTINGS, "--keep-state").exit_code == 0
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    refused = run(*arguments, "--resume", "--seed", "6")
    assert refused.exit_code == 2
    assert "with other settings, has finished here, and there is nothing to go on from; start without --resume." in (
        refused.stderr
    )
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


ASKED = {"n_train": None, "n_holdout": None, "test": None, "test_format": None}


@pytest.mark.parametrize(
    "asked",
    [
        *("", "[]", "{}", '{"evil": 1}', "[" * 10_000),
        *(json.dumps(ASKED | changed) for changed in ({"n_train": "x"}, {"test": 5}, {"reading": {"foo": 1}})),
        *(json.dumps(ASKED | changed) for changed in ({"reading": [1]}, {"run": 1})),
    ],
    ids=lambda asked: asked[:40],
)
def test_damaged_options_of_a_run_are_refused(asked, tmp_path):
    (tmp_path / BEGUN).write_text(json.dumps(replace(plan_for(FEW), asked=asked).to_dict()))
    refused = run("train", SAMPLE, "--resume", "--model", tmp_path)
    assert (refused.exit_code, type(refused.exception)) == (2, SystemExit)
    assert f"{tmp_path}: what the run has left is damaged (" in refused.stderr


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff", b"[" * 100_000], ids=repr)
def test_a_damaged_plan_of_a_run_is_refused(content, tmp_path):
    (tmp_path / BEGUN).write_bytes(content)
    refused = run("train", SAMPLE, "--resume", "--model", tmp_path)
    assert refused.exit_code == 2
    assert f"{tmp_path / BEGUN} is damaged (" in refused.stderr
    assert run("train", SAMPLE, *SETTINGS, "--model", tmp_path).exit_code == 0
    assert not (tmp_path / BEGUN).exists()
