"""Options of everything that trains: the recipe and what overrides it, the split, checkpoints and threads."""

import os
from collections.abc import Callable
from functools import wraps
from importlib.util import find_spec
from typing import Any

import click

from movieclassifier.commands.shared.common_options import (
    allow_sorted_option,
    json_option,
    keep_option,
    model_folder_option,
    pickles_option,
    progress_option,
    seed_option,
    threads_option,
)
from movieclassifier.commands.shared.continuing import metadata_of, settings_of_last_run, settings_to_resume
from movieclassifier.commands.shared.corpus_options import format_of_test, test_option
from movieclassifier.commands.shared.edge import add_options
from movieclassifier.commands.shared.reading_before import reading_as_before
from movieclassifier.commands.shared.setting_types import Count, NGramRange, RecipeName
from movieclassifier.features.tokenizers import TOKENIZERS
from movieclassifier.recipes.linear import Recipe
from movieclassifier.recipes.names import make_recipe
from movieclassifier.training.options import RunOptions, TrainingOptions

TRAIN_EXAMPLES = [
    (
        "Train on your own texts and keep the model in models/mine:",
        "movieclassifier train reviews.csv --model models/mine",
    ),
    (
        "Repeat the book's model, and test it on a corpus of its own:",
        "movieclassifier train data/movie_train.csv --test data/movie_test.csv --recipe book",
    ),
]
OVERRIDES = ("passes", "tokenizer", "n_features", "ngram_range", "min_df", "alpha")
SETTINGS = ("recipe", "stop_words", *OVERRIDES)


RECIPE_OPTIONS: list[Any] = [
    click.option(
        "--recipe",
        type=RecipeName(),
        default="default",
        show_default=True,
        metavar="NAME|FILE.toml",
        help="Train with this recipe, or with your own settings in a TOML file.",
    ),
    click.option(
        "--passes",
        type=click.IntRange(1),
        help="Take this many passes of SGD. With 2 or more, a counting pass comes first.",
    ),
    click.option(
        "--tokenizer", type=click.Choice(list(TOKENIZERS)), help="Split texts into tokens with this function."
    ),
    click.option(
        "--stop-words", metavar="LANGUAGE|FILE", help="Leave out the stop words of a language, or those in a file."
    ),
    click.option("--n-features", type=Count(), help="Hash n-grams to this many columns, such as 2**22."),
    click.option(
        "--ngrams",
        "ngram_range",
        type=NGramRange(),
        help="Count n-grams of up to N tokens, or of M to N.",
    ),
    click.option(
        "--min-df", type=click.IntRange(1), help="Give a column a weight if at least this many documents have it."
    ),
    click.option("--alpha", type=float, help="Penalize large weights with this strength (L2)."),
]

SPLIT_OPTIONS: list[Any] = [
    click.option(
        "--n-train", type=click.IntRange(1), help="Train on this many documents.  [default: all before the holdout]"
    ),
    click.option(
        "--n-holdout",
        type=click.IntRange(0),
        help="Hold out this many documents for the evaluation.  [default: a tenth; 0 with --test]",
    ),
    test_option,
    format_of_test,
    click.option(
        "--minibatch-size",
        type=click.IntRange(1),
        default=1000,
        show_default=True,
        help="Take this many documents in a minibatch.",
    ),
    click.option(
        "--shards",
        "n_shards",
        type=click.IntRange(1),
        help=(
            "Split CORPUS into this many parts, train them side by side, and merge them after each pass.  "
            "[default: 1; with --on up to 16, of 2,000 documents or more]"
        ),
    ),
    keep_option(),
]


def _check(ctx: click.Context, param: click.Parameter, track: bool) -> bool:
    """Find out before the work whether it can be tracked."""
    if track and find_spec("mlflow") is None:
        raise click.BadParameter("mlflow must be installed: pip install 'movieclassifier[mlflow,report]'.", ctx, param)
    return track


track_option = click.option(
    "--track", is_flag=True, callback=_check, help="Log the run to MLflow, at MLFLOW_TRACKING_URI or in this folder."
)


UNLABELLED_OPTION = click.option(
    "--unlabelled",
    multiple=True,
    type=click.Path(),
    help="Distil a student from these texts without labels, as `distill` does.",
)

RUN_OPTIONS: list[Any] = [
    model_folder_option,
    pickles_option,
    threads_option(n_cores_left=1),
    click.option(
        "--checkpoint-every",
        type=click.IntRange(0),
        default=RunOptions.checkpoint_every,
        show_default=True,
        help="Write a checkpoint after this many minibatches; 0 writes none.",
    ),
    click.option(
        "--on",
        metavar="ENGINE",
        help="Train the shards on this engine: local, dask, tcp://HOST:PORT or a scheduler file.  [default: local]",
    ),
    click.option(
        "--workers",
        "n_workers",
        type=click.IntRange(1),
        default=os.cpu_count() or 1,
        show_default="number of cores",
        help="Train shards in this many processes. The result does not depend on it.",
    ),
    click.option(
        "--cache-dir",
        type=click.Path(file_okay=False),
        help="Keep hashed minibatches of shards in this folder on each worker.  [default: --model]",
    ),
    click.option(
        "--keep-state",
        is_flag=True,
        help="Keep the state of the trainer in --model, for --continue. It may take hundreds of megabytes.",
    ),
    click.option("--resume", is_flag=True, help="Go on from the last checkpoint of the same run, with its options."),
    click.option(
        "--continue",
        "continue_",
        is_flag=True,
        help=(
            "Go on training the model in --model, on CORPUS and with the same settings. Its last training must "
            "have used --keep-state."
        ),
    ),
    seed_option("Use this seed for the order of documents in SGD."),
    allow_sorted_option,
    track_option,
    click.option(
        "--plot/--no-plot",
        default=None,
        help="Draw the learning curve at the end.  [default: if the output is a terminal]",
    ),
    json_option,
]


def training_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of a training; the command gets them as ``training`` and ``run``."""

    @wraps(command)
    def call(*arguments: Any, **options: Any) -> Any:
        run = RunOptions(**{field: options.pop(field) for field in RunOptions.__dataclass_fields__})
        if run.continue_:
            options |= settings_of_last_run(run, options["n_shards"])
            options["reading"] = reading_as_before(options["reading"], metadata_of(run))
        elif run.resume:
            options |= settings_to_resume(run, options["reading"])
        names = TrainingOptions.__dataclass_fields__.keys() - {"recipe"}
        of_training = {name: options.pop(name) for name in names}
        training = TrainingOptions(chosen_recipe(options), **of_training)
        rest = {name: value for name, value in options.items() if name not in SETTINGS}
        return command(*arguments, training=training, run=run, **rest)

    return add_options([*RUN_OPTIONS, UNLABELLED_OPTION, *RECIPE_OPTIONS, *SPLIT_OPTIONS, progress_option])(call)


def chosen_recipe(options: dict[str, Any]) -> Recipe:
    """Return the recipe that the options name, with their overrides."""
    recipe = make_recipe(options["recipe"], **{name: options[name] for name in OVERRIDES})
    if options["stop_words"] is None:
        return recipe
    from movieclassifier.features.stop_words import as_tokens, load_stop_words

    return recipe.with_settings(stop_words=as_tokens(load_stop_words(options["stop_words"]), recipe.ngrams.tokenizer))
