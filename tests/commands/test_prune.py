"""A smaller model keeps the largest weights, and loses the figures of the whole one."""

from pathlib import Path

from movieclassifier.models.persistence import load_classifier
from movieclassifier.models.writing import record_bytes
from tests.support.command_line import run
from tests.support.models import random_classifier


def test_prune_keeps_the_largest_weights_and_forgets_the_metrics(small_model, tmp_path):
    before = load_classifier(small_model)
    result = run("prune", "--model", small_model, "--output", tmp_path / "small.npz", "--keep", 200)
    after = load_classifier(tmp_path / "small.npz")
    assert f"200 of {len(before.columns):,} columns" in result.output
    assert len(after.columns) == 200
    assert set(after.columns) <= set(before.columns)
    assert "metrics" not in after.metadata
    assert (
        abs(after.coef_[0, after.columns]).min()
        >= abs(before.coef_[0, list(set(before.columns) - set(after.columns))]).max()
    )


def test_prune_of_less_changes_no_weight(small_model, tmp_path):
    assert run("prune", "--model", small_model, "--output", tmp_path / "same.npz", "--keep", 10**9).exit_code == 0
    assert load_classifier(tmp_path / "same.npz").weights_sha256() == load_classifier(small_model).weights_sha256()


def test_prune_that_cannot_write_leaves_what_was_there(small_model, tmp_path):
    (tmp_path / "out.npz").write_bytes(record_bytes(random_classifier()))
    before = (tmp_path / "out.npz").read_bytes()
    assert run("prune", "--model", tmp_path / "none.npz", "--output", tmp_path / "out.npz").exit_code == 2
    assert run("prune", "--model", small_model, "--output", tmp_path / "none" / "out.npz").exit_code == 2
    assert (tmp_path / "out.npz").read_bytes() == before
    assert [path.name for path in Path(tmp_path).iterdir()] == ["out.npz"]
