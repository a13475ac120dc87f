"""Options of the command line become a recipe and the options of a training."""

import click
import pytest
from click.testing import CliRunner

from movieclassifier.cli import main
from movieclassifier.commands.shared.training_options import (
    Count,
    NGramRange,
    RecipeName,
    chosen_recipe,
    training_options,
)
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


@pytest.mark.parametrize(("value", "n"), [("4194304", 2**22), ("2**22", 2**22), ("7", 7), ("2**999", 2**64)])
def test_a_count_may_be_a_power(value, n):
    assert Count().convert(value, None, None) == n


@pytest.mark.parametrize("value", ["", "-1", "2**", "2**-1", "1e6", "two", "2 ** 22", "9" * 21])
def test_a_count_is_a_whole_number(value):
    with pytest.raises(click.BadParameter, match=r"is not a whole number or a power such as 2\*\*22\."):
        Count().convert(value, None, None)


@pytest.mark.parametrize(("value", "ngram_range"), [("3", (1, 3)), ("2-3", (2, 3)), ("1", (1, 1))])
def test_ngrams_are_the_longest_or_both_ends(value, ngram_range):
    assert NGramRange().convert(value, None, None) == ngram_range


@pytest.mark.parametrize("value", ["", "a", "1-b", "3-"])
def test_ngrams_of_any_other_form_are_refused(value):
    with pytest.raises(click.BadParameter, match="write 3 for 1 to 3, or 2-3 for 2 to 3"):
        NGramRange().convert(value, None, None)


def test_a_recipe_is_a_name_or_a_file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text('base = "book"\nn_features = 4096\n')
    assert RecipeName().convert("book", None, None) == "book"
    assert RecipeName().convert(str(path), None, None).ngrams.n_features == 4096
    with pytest.raises(
        click.BadParameter, match=r"'best' is neither one of book, default, .* nor the name of a \.toml"
    ):
        RecipeName().convert("best", None, None)
    with pytest.raises(click.BadParameter, match="No such file"):
        RecipeName().convert(str(tmp_path / "none.toml"), None, None)


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
    assert (got["run"].show, got["run"].checkpoint_every) == (None, 50)
