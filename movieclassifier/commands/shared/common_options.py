"""Options that several commands have: each has one name, one meaning and one help text."""

import os
from collections.abc import Callable
from typing import Any

import click

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

MAX_SEED = 2**32 - 1

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
json_lines_option = click.option("--json", "as_json", is_flag=True, help="Print a JSON object per line.")
progress_option = click.option(
    "--progress/--no-progress",
    "show",
    default=None,
    help="Show progress on stderr.  [default: a bar on a terminal, else a line every ten seconds]",
)
model_option = click.option(
    "--model",
    type=click.Path(),
    help="Use the model in this file or folder.  [default: pkl_objects, else the bundled model]",
)
model_folder_option = click.option(
    "--model",
    "model_dir",
    type=click.Path(file_okay=False),
    default="pkl_objects",
    show_default=True,
    help="Write the model to this folder.",
)
pickles_option = click.option(
    "--pickle/--no-pickle",
    "pickles",
    default=None,
    help=(
        "Write the book's classifier.pkl and stopwords.pkl, too. Only notebooks that load them need them, and they "
        "take tens of megabytes.  [default: if the folder is called pkl_objects or has them]"
    ),
)
note_option = click.option("--note", default="", metavar="TEXT", help="Add a note to the audit trail.")
allow_sorted_option = click.option(
    "--allow-sorted", is_flag=True, help="Train even if the documents are sorted by label."
)


def output_option(help: str, *, folder: bool = False, **settings: Any) -> Decorator:
    """Return ``--output``, the file or the folder that a command writes."""
    kind = click.Path(file_okay=not folder, dir_okay=folder)
    return click.option("--output", "-o", type=kind, help=help, **settings)


def seed_option(help: str, default: int = 1) -> Decorator:
    """Return ``--seed``."""
    return click.option("--seed", type=click.IntRange(0, MAX_SEED), default=default, show_default=True, help=help)


def threads_option(n_cores_left: int | None = None) -> Decorator:
    """Return ``--threads``; by default one, or one for each core but some that are left, up to four."""
    n_threads, shown = 1, "1"
    if n_cores_left is not None:
        n_threads = max(1, min(4, (os.cpu_count() or 1) - n_cores_left))
        less = f" less {n_cores_left}" if n_cores_left else ""
        shown = f"number of cores{less}, from 1 to 4"
    return click.option(
        "--threads",
        "n_threads",
        type=click.IntRange(1),
        default=n_threads,
        show_default=shown,
        help="Vectorize in this many threads. The result does not depend on it.",
    )


def keep_option(default: int | None = None) -> Decorator:
    """Return ``--keep``, the number of columns of the model."""
    said = "  [default: all]" if default is None else ""
    return click.option(
        "--keep",
        "n_keep",
        type=click.IntRange(1),
        default=default,
        show_default=default is not None,
        help=f"Keep this many columns, those with the largest weights.{said}",
    )


def limit_option(help: str, default: int, most: int | None = None) -> Decorator:
    """Return ``--limit``, the number of things that are listed."""
    kind = click.IntRange(1, most)
    return click.option("--limit", type=kind, default=default, show_default=True, help=help)
