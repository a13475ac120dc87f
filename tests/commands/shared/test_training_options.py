"""Options of the command line become a recipe and the options of a training."""

import click
from click.testing import CliRunner

from movieclassifier.cli import main
from movieclassifier.commands.shared.training_options import chosen_recipe, training_options
from movieclassifier.recipes.names import make_recipe
from movieclassifier.training.options import TrainingOptions

SAMPLE = "movieclassifier/bundled/sample_reviews.csv"

OPTIONS = dict.fromkeys(["passes", "n_features", "ngram_range", "min_df", "alpha", "tokenizer", "stop_words"])


def test_options_reach_the_recipe():
    recipe = chosen_recipe({**OPTIONS, "recipe": "default", "tokenizer": "porter", "stop_words": "english"})
    assert recipe.ngrams.tokenizer == "porter"
    assert {"veri", "the", "don't"} < set(recipe.ngrams.stop_words)
    assert chosen_recipe({**OPTIONS, "recipe": "default"}).ngrams.stop_words == ()


def test_without_mlflow_the_command_says_how_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setattr("movieclassifier.commands.shared.training_options.find_spec", lambda name: None)
    result = CliRunner().invoke(main, ["train", SAMPLE, "--track", "--model", str(tmp_path)])
    assert result.exit_code == 2
    assert "mlflow must be installed: pip install 'movieclassifier[mlflow,report]'." in result.output
    assert not list(tmp_path.iterdir())


def test_options_are_parted_into_what_is_learned_and_how_the_run_goes():
    got = {}

    @click.command()
    @training_options
    def command(**given):
        got.update(given)

    arguments = ["--passes", "3", "--n-holdout", "9", "--threads", "2", "--unlabelled", "a", "--unlabelled", "b"]
    assert CliRunner().invoke(command, arguments).exit_code == 0
    assert set(got) == {"training", "run"}
    assert got["training"] == TrainingOptions(make_recipe("default", passes=3), n_holdout=9, unlabelled=("a", "b"))
    assert got["run"].n_threads == 2
    assert (got["run"].show, got["run"].checkpoint_every) == (None, 200)
