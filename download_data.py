"""Fetch the 50,000 reviews of the aclImdb corpus, verify them and unpack them to data/aclImdb."""

from pathlib import Path

import click

from movieclassifier.commands.shared.common_options import progress_option
from movieclassifier.commands.shared.edge import Command
from movieclassifier.corpora.aclimdb.corpus import CORPUS_NAME, OFFICIAL_URL, make_corpus
from movieclassifier.corpora.aclimdb.unpacking import LABELED, UNSUP

EXAMPLES = [
    ("Fetch the corpus to data/aclImdb:", "movieclassifier download"),
    (
        "Unpack an archive that is on this machine already:",
        "movieclassifier download --url ~/Downloads/aclImdb_v1.tar.gz",
    ),
]


@click.command("download", cls=Command, examples=EXAMPLES, context_settings={"show_default": True})
@click.option(
    "--url",
    envvar="ACLIMDB_URL",
    show_envvar=True,
    default=OFFICIAL_URL,
    show_default="the official archive",
    help="Fetch the archive from this URL (http, https or file) or path.",
)
@click.option("--data-dir", type=click.Path(path_type=Path), default="data", help="Write everything to this folder.")
@click.option(
    "--sha256", metavar="HEX", help="Check the archive against this SHA-256. The official archive is always checked."
)
@click.option("--unsup", is_flag=True, help="Unpack also the 50,000 reviews without a label.")
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    default=20.0,
    metavar="SECONDS",
    help="Give up after this many seconds without an answer.",
)
@click.option("--retries", type=click.IntRange(0), default=3, help="Try again after a fault, this many times in a row.")
@progress_option
def main(
    url: str, data_dir: Path, sha256: str | None, unsup: bool, timeout: float, retries: int, show: bool | None
) -> None:
    """Fetch the book's corpus of film reviews, aclImdb.

    The archive is verified and unpacked to DATA_DIR/aclImdb. An interrupted download goes on where it stopped, and a
    second run has nothing to do. The exit status is 0 if the corpus is there, 2 if something is wrong with the
    arguments, the archive or the disk, and 3 if the source cannot be reached.
    """
    n_reviews = LABELED | UNSUP if unsup else LABELED
    is_new = make_corpus(
        data_dir, url, sha256=sha256, n_reviews=n_reviews, timeout=timeout, n_retries=retries, show=show
    )
    click.echo(f"{data_dir / CORPUS_NAME}: {sum(n_reviews.values()):,} reviews" + ("" if is_new else ", there already"))


if __name__ == "__main__":
    main()
