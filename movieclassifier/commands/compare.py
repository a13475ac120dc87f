"""``movieclassifier compare``: all candidates side by side."""

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from movieclassifier.commands.shared.common_options import (
    allow_sorted_option,
    json_option,
    output_option,
    progress_option,
    seed_option,
    threads_option,
)
from movieclassifier.commands.shared.corpus_options import (
    chosen_corpus,
    corpus_options,
    corpus_to_test_on,
    format_of_test,
    report_bad_rows,
    test_option,
)
from movieclassifier.commands.shared.edge import Command, add_options
from movieclassifier.commands.shared.engine_options import SIDE_BY_SIDE_OPTIONS, engine_asked_for, source_on
from movieclassifier.commands.shared.training_options import track_option
from movieclassifier.corpora.reading import ReadingOptions
from movieclassifier.evaluation.baselines import BASELINES, USUAL
from movieclassifier.evaluation.candidates import Candidate, Streaming
from movieclassifier.recipes.names import RECIPES
from movieclassifier.recipes.toml import read_recipe
from movieclassifier.reports.mlflow_log import track_comparison, where
from movieclassifier.system.atomic import check_replaceable, replace_file
from movieclassifier.system.progress import Progress

if TYPE_CHECKING:
    from movieclassifier.corpora.parts import Split
    from movieclassifier.corpora.readers.contract import Label
    from movieclassifier.evaluation.comparison_table import ComparisonFacts
    from movieclassifier.training.engines.tasks import Engine


class CandidateName(click.ParamType):  # type: ignore[type-arg]  # generic only from click 8.3 on
    """The name of a baseline or of a recipe, or a TOML file with a recipe."""

    name = "candidate"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, Candidate]:
        """Return the name and the candidate."""
        if value in BASELINES:
            return value, BASELINES[value]
        if value in RECIPES:
            return value, Streaming(RECIPES[value], "a recipe of this installation")
        if not str(value).endswith(".toml"):
            known = ", ".join(dict.fromkeys([*BASELINES, *RECIPES]))
            self.fail(f"{value!r} is not one of {known}, nor a file whose name ends in .toml.", param, ctx)
        try:
            recipe = read_recipe(value)
        except (ValueError, OSError) as error:
            self.fail(str(error), param, ctx)
        return recipe.name, Streaming(recipe, os.path.basename(value))


NEURAL = [name for name in BASELINES if name not in USUAL]
OPTIONS: list[Any] = [
    click.option(
        "--recipe",
        "candidates",
        type=CandidateName(),
        multiple=True,
        metavar="NAME|FILE.toml",
        help=f"Compare this recipe or baseline; may be given several times. {' and '.join(NEURAL)} need the extra "
        f"neural.  [default: {', '.join(USUAL)}]",
    ),
    test_option,
    format_of_test,
    click.option("--folds", "n_folds", type=click.IntRange(2), help="Validate in this many folds."),
    click.option(
        "--n-train", type=click.IntRange(1), help="Train on this many documents.  [default: all before the holdout]"
    ),
    click.option("--n-holdout", type=click.IntRange(1), help="Hold out this many documents.  [default: a tenth]"),
    seed_option("Use this seed for the folds and the order of documents in SGD."),
    threads_option(),
    allow_sorted_option,
    *SIDE_BY_SIDE_OPTIONS,
    track_option,
    json_option,
    output_option("Write the table as a page to this file, too.", metavar="FILE.html"),
]


EXAMPLES = [
    ("Compare the usual recipes and baselines, tested on the last tenth:", "movieclassifier compare reviews.csv"),
    (
        "Compare two of them in five folds, and write a page:",
        "movieclassifier compare reviews.csv --recipe default --recipe linear-svm --folds 5 -o page.html",
    ),
]


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("paths", metavar="CORPUS...", nargs=-1, required=True)
@corpus_options
@add_options(OPTIONS)
@progress_option
def main(
    paths: tuple[str, ...],
    reading: ReadingOptions,
    as_json: bool,
    output: str | None,
    show: bool | None,
    **options: Any,
) -> None:
    """Compare recipes and baselines in one table.

    All are trained on the same documents of CORPUS and tested on the same held-out documents, each in a process of its
    own. ≈ marks those whose accuracy is not significantly below the best one. If a recipe was tuned on CORPUS, do not
    use --folds: tuning has seen all documents but the holdout, and the recipe would look better than it is.
    """
    from movieclassifier.evaluation.comparison import compare
    from movieclassifier.evaluation.comparison_table import table
    from movieclassifier.reports.comparison_page import comparison_page

    candidates = _by_name(options["candidates"] or tuple((name, BASELINES[name]) for name in USUAL))
    if output is not None:
        check_replaceable(output)
    engine = engine_asked_for(options["on"], options["n_workers"])
    splits, classes, facts = _read(paths, reading, options, engine)
    how = {name: options[name] for name in ("seed", "n_threads", "allow_sorted")}
    with Progress(len(candidates), "Comparing", unit="recipes", show=show) as progress:
        rows = compare(candidates, splits, classes, tell=lambda name: progress.update(1, name), engine=engine, **how)
    if output is not None:
        with replace_file(output, "w") as file:
            file.write(comparison_page(rows, facts))
    result = {**facts, "rows": [row.to_dict() for row in rows]}
    click.echo(json.dumps(result, indent=2) if as_json else table(rows, facts))
    if options["track"]:
        run_id = track_comparison(rows, facts, comparison_page(rows, facts))
        click.echo(f"Logged to {where()} as run {run_id}.", err=True)


def _by_name(named: Sequence[tuple[str, Candidate]]) -> dict[str, Candidate]:
    """Return the candidates by their names, of which each is one's alone."""
    candidates = dict(named)
    if len(candidates) < len(named):
        names = [name for name, _ in named]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"two recipes are called {twice!r}; name one only once, or give a file a different `name =`.")
    return candidates


def _read(
    paths: tuple[str, ...], reading: ReadingOptions, options: dict[str, Any], engine: "Engine | None"
) -> "tuple[list[Split], tuple[Label, ...], ComparisonFacts]":
    """Return the splits, the classes and the facts of a corpus."""
    from movieclassifier.commands.shared.trained_on import warn_of_trained_on
    from movieclassifier.corpora.parts import Slice, make_splits
    from movieclassifier.corpora.pieces import Excerpt
    from movieclassifier.evaluation.comparison_table import make_facts

    corpus = chosen_corpus(paths, reading)
    source = source_on(corpus, engine)
    found = source.found
    report_bad_rows(found, corpus)
    other: Slice | Excerpt | None = None
    tested_on = "the holdout"
    if options["n_folds"]:
        tested_on = f"all of them in {options['n_folds']} folds"
    if options["test"] is not None:
        tested_on = Path(options["test"]).name
        test = corpus_to_test_on(options["test"], reading, options["test_format"])
        warn_of_trained_on(corpus, test)
        other = Slice(test, found.labels)
        if engine is not None:
            other = source_on(replace(test, labels=found.labels), engine).excerpt or other
    split = {name: options[name] for name in ("n_folds", "n_train", "n_holdout", "seed")}
    splits = make_splits(source.excerpt or Slice(corpus, found.labels), found, test=other, **split)
    return splits, found.classes, make_facts(corpus, found, splits, tested_on, options["seed"])
