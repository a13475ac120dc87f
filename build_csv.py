"""Write the unpacked reviews as data/movie_data.csv, shuffled, byte for byte as the book does."""

from pathlib import Path

import click

from movieclassifier.commands.shared.common_options import progress_option, seed_option
from movieclassifier.commands.shared.edge import Command
from movieclassifier.corpora.aclimdb.book_csv import BOOK_SHA256, BOTH_HALVES, TEST_HALF, TRAIN_HALF, write_csv
from movieclassifier.corpora.aclimdb.corpus import CORPUS_NAME

EXAMPLES = [
    ("Write the book's file, data/movie_data.csv:", "movieclassifier build-csv"),
    ("Write the official halves:", "movieclassifier build-csv --split"),
]


@click.command("build-csv", cls=Command, examples=EXAMPLES, context_settings={"show_default": True})
@click.option(
    "--data-dir", type=click.Path(path_type=Path), default="data", help="Read aclImdb/ in this folder, and write there."
)
@seed_option("Use this seed for the order of rows; 0 is the book's.", 0)
@click.option("--split", is_flag=True, help="Write the official halves: movie_train.csv and movie_test.csv.")
@progress_option
def main(data_dir: Path, seed: int, split: bool, show: bool | None) -> None:
    """Write the corpus as the book's movie_data.csv.

    The 50,000 reviews in DATA_DIR/aclImdb are written to DATA_DIR in an order that is drawn with the seed.
    """
    halves = {"movie_train.csv": TRAIN_HALF, "movie_test.csv": TEST_HALF}
    for name, sentiments in halves.items() if split else [("movie_data.csv", BOTH_HALVES)]:
        csv = write_csv(data_dir / CORPUS_NAME, data_dir / name, sentiments, seed=seed, show=show)
        as_in_book = " (the book's, byte for byte)" if csv.sha256 == BOOK_SHA256 else ""
        click.echo(f"{data_dir / name}: {csv.n_rows:,} reviews, {csv.n_bytes:,} bytes, sha256 {csv.sha256}{as_in_book}")


if __name__ == "__main__":
    main()
