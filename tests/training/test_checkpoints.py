"""Checkpoints come back whole, and anything else in their place is refused in one line."""

import zipfile
from dataclasses import replace

import numpy as np
import pytest

from movieclassifier.recipes.linear import Recipe
from movieclassifier.training.checkpoint_facts import CheckpointFacts
from movieclassifier.training.checkpoints import (
    CACHE,
    CHECKPOINT,
    STATE,
    check_finished,
    clear,
    keep_state,
    load_checkpoint,
    load_checkpoint_facts,
    resumable,
    save_checkpoint,
)
from movieclassifier.training.plan import Plan

PLAN = Plan(Recipe(), (0, 1), (50, 50), 90, sha256="5e4f", minibatch_size=10)
FACTS = CheckpointFacts(PLAN, 3, 9, [(30, 0.5)], (4, 10), (1, 2))


def save(folder, facts=FACTS, name=CHECKPOINT):
    save_checkpoint(folder / name, facts, {"totals": np.array([1, 2])})


def test_checkpoint_comes_back(tmp_path):
    save(tmp_path)
    facts, arrays = load_checkpoint(tmp_path / CHECKPOINT)
    assert facts == load_checkpoint_facts(tmp_path / CHECKPOINT) == FACTS
    assert {name: array.tolist() for name, array in arrays.items()} == {"totals": [1, 2]}


@pytest.mark.parametrize("content", [b"", b"PK", b"7", b"{}" * 99], ids=len)
def test_anything_else_is_one_line(content, tmp_path):
    (tmp_path / CHECKPOINT).write_bytes(content)
    assert load_checkpoint_facts(tmp_path / CHECKPOINT) is None
    with pytest.raises(ValueError, match="is not a checkpoint, or is damaged"):
        load_checkpoint(tmp_path / CHECKPOINT)


@pytest.mark.parametrize("text", ["7", "[]", "null", "{}", "[" * 200_000, '{"format": 0}'], ids=len)
def test_facts_that_are_none_are_refused(text, tmp_path):
    save_checkpoint(tmp_path / CHECKPOINT, FACTS, {})
    with np.load(tmp_path / CHECKPOINT) as file:
        arrays = dict(file)
    with open(tmp_path / CHECKPOINT, "wb") as file:
        np.savez(file, **arrays | {"facts": np.frombuffer(text.encode(), np.uint8)})
    with pytest.raises(ValueError, match="is not a checkpoint, or is damaged"):
        load_checkpoint(tmp_path / CHECKPOINT)


MALFORMED_HEADER = b"\x93NUMPY\x01\x00\x0a\x00{'descr': (\n"


def test_header_that_is_not_an_array_is_one_line(tmp_path):
    path = tmp_path / CHECKPOINT
    for damaged in ("facts.npy", "totals.npy"):
        save(tmp_path)
        with zipfile.ZipFile(path) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in members.items():
                archive.writestr(name, MALFORMED_HEADER if name == damaged else content)
        with pytest.raises(ValueError, match=f"{CHECKPOINT} is not a checkpoint, or is damaged"):
            load_checkpoint(path)


def rewritten(path, **arrays):
    """Compress the arrays of a checkpoint, with others beside them."""
    with np.load(path) as file:
        members = dict(file)
    np.savez_compressed(path, **members, **arrays)


def test_compressed_array_takes_no_more_than_the_file(tmp_path):
    save(tmp_path)
    rewritten(tmp_path / CHECKPOINT, bomb=np.zeros(2**24, np.uint8))
    with pytest.raises(ValueError, match="bomb takes 16,777,216 bytes, more than the"):
        load_checkpoint(tmp_path / CHECKPOINT)


def test_more_arrays_than_a_trainer_has_are_refused(tmp_path):
    save(tmp_path)
    rewritten(tmp_path / CHECKPOINT, **{f"unknown{n}": np.zeros(1) for n in range(99)})
    with pytest.raises(ValueError, match="it holds 100 arrays, more than the 36 that are needed"):
        load_checkpoint(tmp_path / CHECKPOINT)


def test_finished_state_becomes_the_checkpoint_again(tmp_path):
    save(tmp_path, name=STATE)
    assert resumable(tmp_path, replace(PLAN, seed=2), False) == tmp_path / CHECKPOINT
    assert not (tmp_path / CHECKPOINT).exists()
    assert resumable(tmp_path, PLAN, False).exists()
    assert not (tmp_path / STATE).exists()


def test_state_is_kept_of_a_finished_fit_alone(tmp_path):
    save(tmp_path)
    with pytest.raises(ValueError, match="this run has not finished"):
        check_finished(tmp_path)
    keep_state(tmp_path)
    assert list(tmp_path.iterdir()) == []
    save(tmp_path, replace(FACTS, n_steps_done=9))
    keep_state(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [STATE]
    check_finished(tmp_path)


def test_clearing_leaves_what_is_to_be_kept(tmp_path):
    for name in (CACHE, f".{CHECKPOINT}.ab.tmp", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    save(tmp_path)
    clear(tmp_path, keep=(CHECKPOINT, CACHE))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([CACHE, CHECKPOINT, "notes.txt"])
    clear(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
