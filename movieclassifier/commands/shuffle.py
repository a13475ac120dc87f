"""``movieclassifier shuffle``: the rows of a file in random order."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from movieclassifier.commands.shared.common_options import progress_option, seed_option
from movieclassifier.commands.shared.edge import Command
from movieclassifier.system.progress import Progress

UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "KI": 2**10, "MI": 2**20, "GI": 2**30}


class Size(click.ParamType[int]):
    """A number of bytes, such as ``200MB``, ``1.5 GB`` or ``64MiB``."""

    name = "SIZE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number of bytes, at least a million."""
        found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMG]I?)?B?", str(value).strip().upper())
        if found is None:
            self.fail(f"{value!r} is not a size; write it like 200MB or 2GB.", param, ctx)
        n_bytes = int(float(found[1]) * UNITS[found[2] or ""])
        if n_bytes < 10**6:
            self.fail(f"{value!r} is too little; it takes 1MB at least.", param, ctx)
        return n_bytes


EXAMPLES = [
    ("Shuffle a file into a new one:", "movieclassifier shuffle reviews.csv shuffled.csv"),
    ("Split the rows among four files:", "movieclassifier shuffle reviews.csv 'part-{}.csv.gz' --shards 4"),
]


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("in_path", metavar="IN")
@click.argument("out_path", metavar="OUT")
@seed_option("Use this seed for the order of rows.", 0)
@click.option("--memory", type=Size(), default="200MB", show_default=True, help="Use about this much memory.")
@click.option(
    "--shards",
    "n_shards",
    type=click.IntRange(1),
    metavar="N",
    help="Split the rows among N files, each with the header. {} in OUT becomes the number of the file.",
)
@click.option("--no-header", is_flag=True, help="Read the first row as a document.")
@click.option("--no-quotes", is_flag=True, help="Read quotes as part of the text, and every line as a row.")
@click.option(
    "--delimiter", metavar="CHARACTER", help="Split columns at this character.  [default: a tab in .tsv, else a comma]"
)
@click.option(
    "--escape",
    metavar="CHARACTER",
    help="Read a quote after this character as part of the text; '' turns this off.  [default: a backslash, if found]",
)
@progress_option
def main(
    in_path: str,
    out_path: str,
    seed: int,
    memory: int,
    n_shards: int | None,
    no_header: bool,
    no_quotes: bool,
    delimiter: str | None,
    escape: str | None,
    show: bool | None,
) -> None:
    """Shuffle the rows of IN into OUT.

    IN is a CSV file, or a file with one document per line such as .jsonl. It need not fit in memory. Every row is kept
    byte for byte, also if there are line breaks inside quotes. The header stays first. The order depends on the seed
    alone. OUT may be IN. OUT is compressed if its name ends in .gz, .bz2, .xz or .zst.
    """
    from movieclassifier.corpora.readers.dialects import check_delimiter, check_escape
    from movieclassifier.corpora.readers.records import RecordFormat
    from movieclassifier.corpora.readers.streams import plain_size
    from movieclassifier.corpora.shuffling import check_rows, shuffle_rows

    check_rows(Path(in_path))
    rows = RecordFormat.of(Path(in_path))
    if delimiter is not None:
        delimiter = delimiter.replace("\\t", "\t")
        check_delimiter(delimiter)
        rows = replace(rows, delimiter=delimiter)
    check_escape(escape, rows.delimiter)
    rows = replace(rows, escape=escape, header=rows.header and not no_header, quoted=rows.quoted and not no_quotes)
    with Progress(plain_size(Path(in_path)), "Shuffling", unit="MB", scale=10**6, show=show) as bar:
        n_rows = shuffle_rows(in_path, out_path, seed, memory, rows=rows, n_shards=n_shards, progress=bar.update)
    where = f" in {n_shards} files" if n_shards else ""
    click.echo(f"{out_path}: {n_rows:,} rows in the order of seed {seed}{where}")
