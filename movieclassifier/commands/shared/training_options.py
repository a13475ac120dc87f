"""Options of everything that trains: the recipe and what overrides it, the split, checkpoints and threads."""

import os
import re
from importlib.util import find_spec
from typing import Any

import click

from movieclassifier.commands.shared.edge import add_options
from movieclassifier.features.tokenizers import TOKENIZERS
from movieclassifier.recipes.linear import Recipe
from movieclassifier.recipes.names import RECIPES, make_recipe
from movieclassifier.recipes.toml import read_recipe

OVERRIDES = ("passes", "tokenizer", "n_features", "ngram_range", "min_df", "alpha")


class Count(click.ParamType):
    """A whole number, also as a power: ``4194304`` or ``2**22``."""

    name = "N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number."""
        found = re.fullmatch(r"([0-9]{1,20})(?:\*\*([0-9]{1,20}))?", str(value))
        if found is None:
            self.fail(f"{value!r} is no whole number, nor one like 2**22.", param, ctx)
        return int(found[1]) ** min(int(found[2] or 1), 64)


class NGramRange(click.ParamType):
    """``3`` for 1- to 3-grams, ``2-3`` for 2- to 3-grams."""

    name = "N|M-N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """Return the shortest and the longest n-gram."""
        shortest, _, longest = str(value).rpartition("-")
        try:
            return int(shortest or 1), int(longest)
        except ValueError:
            self.fail(f"{value!r} is no range of n-grams; 3 stands for 1 to 3, 2-3 for 2 to 3.", param, ctx)


class RecipeName(click.ParamType):
    """The name of a recipe, or a TOML file with one."""

    name = "recipe"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str | Recipe:
        """Return the name, or the recipe in the file."""
        if isinstance(value, Recipe) or value in RECIPES:
            found: str | Recipe = value
            return found
        if not str(value).endswith(".toml"):
            self.fail(f"{value!r} is none of {', '.join(RECIPES)}, nor a file whose name ends in .toml.", param, ctx)
        try:
            return read_recipe(value)
        except (ValueError, OSError) as error:
            self.fail(str(error), param, ctx)


RECIPE_OPTIONS = [
    click.option(
        "--recipe",
        type=RecipeName(),
        default="default",
        show_default=True,
        metavar="NAME|FILE.toml",
        help="book, default, or a file with settings of your own.",
    ),
    click.option(
        "--passes", type=click.IntRange(1), help="Passes of SGD; with 2 or more, a counting pass comes first."
    ),
    click.option("--tokenizer", type=click.Choice(list(TOKENIZERS)), help="What splits texts into tokens."),
    click.option(
        "--stop-words", metavar="LANGUAGE|FILE", help="Words to leave out: one of NLTK's languages, or a file."
    ),
    click.option("--n-features", type=Count(), help="Columns that n-grams are hashed to, such as 2**22."),
    click.option("--ngrams", "ngram_range", type=NGramRange(), help="Longest n-gram, or shortest and longest."),
    click.option("--min-df", type=click.IntRange(1), help="Fewest documents that earn a column a weight."),
    click.option("--alpha", type=float, help="Strength of the L2 penalty."),
]

SPLIT_OPTIONS = [
    click.option("--n-train", type=click.IntRange(1), help="Documents to train on.  [default: all before the holdout]"),
    click.option(
        "--n-holdout", type=click.IntRange(0), help="Documents held out.  [default: a tenth; none with --test]"
    ),
    click.option("--test", type=click.Path(), help="Another corpus to evaluate on, read like CORPUS."),
    click.option("--minibatch-size", type=click.IntRange(1), default=1000, show_default=True, help="Documents."),
    click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=1, show_default=True, help="Of SGD's order."),
    click.option("--allow-sorted", is_flag=True, help="Train on a stream that is sorted by label, too."),
    click.option("--keep", "n_keep", type=click.IntRange(1), help="Keep this many columns.  [default: all]"),
]


def _check(ctx: click.Context, param: click.Parameter, track: bool) -> bool:
    """Find out before the work whether it can be tracked."""
    if track and find_spec("mlflow") is None:
        raise click.BadParameter("mlflow must be installed: pip install 'movieclassifier[mlflow,report]'.", ctx, param)
    return track


track_option = click.option(
    "--track", is_flag=True, callback=_check, help="Log to MLflow: to MLFLOW_TRACKING_URI, else to this folder."
)


RUN_OPTIONS = [
    click.option(
        "--model-dir",
        type=click.Path(file_okay=False),
        default="pkl_objects",
        show_default=True,
        help="Folder to write.",
    ),
    click.option(
        "--threads",
        "n_threads",
        type=click.IntRange(1),
        default=min(4, os.cpu_count() or 1),
        show_default="number of cores, at most 4",
        help="Vectorizing threads; the result does not depend on them.",
    ),
    click.option(
        "--checkpoint-every", type=click.IntRange(0), default=50, show_default=True, help="Minibatches; 0 for none."
    ),
    click.option("--resume", is_flag=True, help="Go on from the last checkpoint of the same run."),
    click.option(
        "--continue", "continue_", is_flag=True, help="Train the finished model of --model-dir further, on CORPUS."
    ),
    track_option,
    click.option("--json", "as_json", is_flag=True, help="Print the result as JSON."),
]


training_options = add_options(RECIPE_OPTIONS + SPLIT_OPTIONS + RUN_OPTIONS)


def chosen_recipe(options: dict[str, Any]) -> Recipe:
    """Return the recipe that the options name, with their overrides."""
    recipe = make_recipe(options["recipe"], **{name: options[name] for name in OVERRIDES})
    if options["stop_words"] is None:
        return recipe
    from movieclassifier.features.stop_words import as_tokens, load_stop_words

    return recipe.with_settings(stop_words=as_tokens(load_stop_words(options["stop_words"]), recipe.ngrams.tokenizer))
