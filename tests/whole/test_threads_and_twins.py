"""The bytes of a model depend on the corpus, the recipe and the seed alone: not on threads, nor on what is compiled."""

from importlib.resources import files

import pytest
from click.testing import CliRunner

from movieclassifier.models.writing import RECORD
from movieclassifier.system.compiled import PURE_PYTHON, backend
from train_online import main

SAMPLE = str(files("movieclassifier").joinpath("bundled/sample_reviews.csv"))
# Many small minibatches, so that threads have something to mix up.
OPTIONS = ["--minibatch-size", "16", "--n-holdout", "80", "--n-features", "2**16", "--no-progress"]
RECIPES = [["--recipe", "book"], ["--recipe", "default"], ["--recipe", "default", "--passes", "2"]]


@pytest.fixture
def record(tmp_path):
    def train(*options):
        model_dir = tmp_path / str(len(list(tmp_path.iterdir())))
        found = CliRunner().invoke(main, [SAMPLE, "--model", str(model_dir), *OPTIONS, *options])
        assert found.exit_code == 0, found.output
        return (model_dir / RECORD).read_bytes()

    return train


@pytest.mark.parametrize("recipe", RECIPES, ids=" ".join)
def test_a_model_has_the_same_bytes_with_any_number_of_threads(record, recipe):
    one = record(*recipe, "--threads", "1")
    for n_threads in ("2", "4"):
        assert record(*recipe, "--threads", n_threads) == one


@pytest.mark.skipif(backend()[0] != "compiled", reason=f"no compiled twin: {backend()[1]}")
@pytest.mark.parametrize("recipe", RECIPES, ids=" ".join)
def test_a_model_has_the_same_bytes_with_the_twin_and_without(record, recipe, monkeypatch):
    compiled = record(*recipe)
    monkeypatch.setenv(PURE_PYTHON, "1")
    assert backend()[0] == "pure Python"
    for n_threads in ("1", "2"):
        assert record(*recipe, "--threads", n_threads) == compiled


def test_the_comparison_sees_a_different_seed(record):
    assert record("--seed", "1") != record("--seed", "2")
