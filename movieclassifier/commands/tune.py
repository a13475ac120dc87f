"""``movieclassifier tune``: search for better settings of a recipe."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
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
from movieclassifier.commands.shared.corpus_options import chosen_corpus, corpus_options, report_bad_rows
from movieclassifier.commands.shared.edge import Command, add_options
from movieclassifier.commands.shared.engine_options import SIDE_BY_SIDE_OPTIONS, engine_asked_for, source_on
from movieclassifier.commands.shared.training_options import RECIPE_OPTIONS, chosen_recipe
from movieclassifier.corpora.reading import ReadingOptions
from movieclassifier.system.atomic import check_replaceable
from movieclassifier.system.progress import Progress

if TYPE_CHECKING:
    from movieclassifier.corpora.parts import Slice
    from movieclassifier.corpora.pieces import Excerpt
    from movieclassifier.corpora.readers.contract import Label
    from movieclassifier.evaluation.search_plan import SearchPlan
    from movieclassifier.evaluation.tuning import SearchResult
    from movieclassifier.evaluation.tuning_journal import Journal

N_SHOWN = 5

OPTIONS: list[Any] = [
    click.option(
        "--space",
        type=click.Path(dir_okay=False),
        metavar="FILE.toml",
        help="Take the values to try for each setting from this file. If it lists no alpha, that of --recipe is used.",
    ),
    click.option(
        "--candidates",
        "n_candidates",
        type=click.IntRange(2),
        default=27,
        show_default=True,
        help="Try this many recipes.",
    ),
    click.option(
        "--folds", "n_folds", type=click.IntRange(2), default=3, show_default=True, help="Validate in this many folds."
    ),
    click.option(
        "--budget",
        type=click.FloatRange(0, min_open=True),
        default=10,
        show_default=True,
        help="Stop after this many minutes.",
    ),
    click.option(
        "--n-train", type=click.IntRange(1), help="Tune on this many documents.  [default: all before the holdout]"
    ),
    click.option("--n-holdout", type=click.IntRange(0), help="Leave out the last N documents.  [default: a tenth]"),
    seed_option("Use this seed for the candidates, the folds and the order of documents in SGD."),
    threads_option(),
    *SIDE_BY_SIDE_OPTIONS,
    allow_sorted_option,
    output_option("Write the best recipe to this file.", default="tuned.toml", show_default=True, metavar="FILE.toml"),
    json_option,
]


EXAMPLES = [
    ("Search for ten minutes, and write the best recipe to tuned.toml:", "movieclassifier tune reviews.csv"),
    ("Train with what was found:", "movieclassifier train reviews.csv --recipe tuned.toml"),
]


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("paths", metavar="CORPUS...", nargs=-1, required=True)
@corpus_options
@add_options(RECIPE_OPTIONS + OPTIONS)
@progress_option
def main(
    paths: tuple[str, ...], reading: ReadingOptions, output: str, as_json: bool, show: bool | None, **options: Any
) -> None:
    """Search for better settings of a recipe.

    Many recipes are tried on few documents of CORPUS, then the best third of them on three times as many documents, and
    so on. Each recipe is cross-validated; the holdout is not used. The best recipe is written to a TOML file, for train
    --recipe. All results are written to a file of the same name that ends in .jsonl. If the command is stopped, the
    same command goes on from there.
    """
    from dataclasses import replace

    from movieclassifier.corpora.minibatches import holdout_sizes
    from movieclassifier.corpora.parts import Slice
    from movieclassifier.evaluation.search_plan import SearchPlan
    from movieclassifier.evaluation.search_space import SPACE, read_space
    from movieclassifier.evaluation.tuning_journal import Journal
    from movieclassifier.recipes.toml import save_recipe

    if not output.endswith(".toml"):
        raise ValueError(f"{output}: a recipe is a file whose name ends in .toml; pass a different --output.")
    check_replaceable(output)
    space = read_space(options["space"]) if options["space"] else SPACE
    corpus = chosen_corpus(paths, reading)
    engine = engine_asked_for(options["on"], options["n_workers"])
    source = source_on(corpus, engine)
    found = source.found
    report_bad_rows(found, corpus)
    n_train, _ = holdout_sizes(found.n_documents, options["n_train"], options["n_holdout"])
    chosen = {name: options[name] for name in ("n_candidates", "n_folds", "seed", "allow_sorted")}
    search = SearchPlan(chosen_recipe(options), space, n_train=n_train, **chosen)
    # The same bytes yield different documents if they are read in a different way.
    what = {"sha256": found.sha256, "shuffle_seed": found.shuffle_seed, "reading": reading.describe(found)}
    journal = Journal(_beside(output), search.to_dict() | what)
    if journal.scores:
        click.echo(f"Going on from {_results(journal)} in {journal.path}.", err=True)
    documents = replace(source.excerpt or Slice(corpus, found.labels), stop=n_train)
    limits = {"seconds": 60 * options["budget"], "n_threads": options["n_threads"], "engine": engine}
    best = _tune(search, documents, found.classes, journal, show=show, **limits)
    name = os.path.splitext(os.path.basename(output))[0]
    save_recipe(output, replace(best.recipe, name=name), _in_words(best, search, ", ".join(corpus.names)))
    click.echo(json.dumps(_as_json(best, output), indent=2) if as_json else _table(best, search, output))


def _tune(
    search: "SearchPlan",
    documents: "Slice | Excerpt",
    classes: "tuple[Label, ...]",
    journal: "Journal",
    *,
    show: bool | None,
    **limits: Any,
) -> "SearchResult":
    """Search with progress on stderr; Ctrl-C says how to go on."""
    from movieclassifier.evaluation.tuning import n_evaluations, tune

    with (
        _telling_how_to_go_on(journal),
        Progress(n_evaluations(search), "Tuning", unit="evaluations", show=show) as progress,
    ):
        return tune(search, documents, classes, journal, tell=lambda note: progress.update(1, note), **limits)


def _results(journal: "Journal") -> str:
    n = len(journal.scores)
    return "1 result" if n == 1 else f"{n} results"


@contextmanager
def _telling_how_to_go_on(journal: "Journal") -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt as error:
        if journal.scores:
            error.args = (f"Repeat the command to go on from {_results(journal)} in {journal.path}.",)
        raise


def _beside(output: str) -> str:
    return os.path.splitext(output)[0] + ".jsonl"


def _in_words(best: "SearchResult", search: "SearchPlan", corpus: str) -> str:
    return (
        f"Found by movieclassifier tune on {best.n_documents:,} documents of {corpus}, in {search.n_folds} folds:\n"
        f"accuracy {best.score.accuracy:.4f}, log loss {best.score.log_loss:.4f}; {search.base.name} itself has "
        f"{best.base_score.accuracy:.4f} and {best.base_score.log_loss:.4f}."
    )


def _table(best: "SearchResult", search: "SearchPlan", output: str) -> str:
    lines = [f"{'accuracy':<10}{'log loss':<10}settings that differ from {search.base.name}"]
    for recipe, score in best.ranking[:N_SHOWN]:
        settings = recipe.to_dict()
        said = ", ".join(f"{name} {settings[name]}" for name in differences(recipe, search.base)) or "none"
        lines.append(f"{score.accuracy:<10.4f}{score.log_loss:<10.4f}{said}")
    end = "" if best.finished else " The budget ended before the search; the same command goes on."
    where = f"measured on {best.n_documents:,} documents in {search.n_folds} folds, {best.n_evaluations} evaluations"
    return "\n".join([*lines, "", f"{where}.{end}", f"Wrote {output}: movieclassifier train CORPUS --recipe {output}"])


def differences(recipe: Any, base: Any) -> list[str]:
    """Return the names of the settings that differ."""
    settings = recipe.to_dict()
    return [name for name, value in base.to_dict().items() if name != "name" and settings[name] != value]


def _as_json(best: "SearchResult", output: str) -> dict[str, Any]:
    from dataclasses import asdict

    ranking = [[recipe.to_dict(), asdict(score)] for recipe, score in best.ranking]
    return asdict(best) | {"recipe": best.recipe.to_dict(), "output": output, "ranking": ranking}
