"""``movieclassifier stopwords``: the stop words of a language, one per line."""

import click

from movieclassifier.commands.shared.edge import Command


@click.command(cls=Command)
@click.option("--language", default="english", show_default=True, help="One that NLTK has a list of, such as german.")
@click.option("--out", "out_path", type=click.Path(), help="A file to write, for --stop-words.  [default: print them]")
@click.option("--download", is_flag=True, help="Get NLTK's lists (35 KB) where they are not on this machine.")
def main(language: str, out_path: str | None, download: bool) -> None:
    """Write the stop words of a language.

    Those of english ship with this package. Those of other languages are NLTK's, which are downloaded only with
    --download.
    """
    from movieclassifier.features.stop_words import ENGLISH, load_stop_words, nltk_stop_words
    from movieclassifier.system.atomic import replace_file

    language = language.lower()
    words = load_stop_words(ENGLISH) if language == ENGLISH else nltk_stop_words(language, download)
    text = "".join(f"{word}\n" for word in words)
    if out_path is None:
        click.echo(text, nl=False)
        return
    with replace_file(out_path, "w") as file:
        file.write(text)
    click.echo(f"{out_path}: {len(words)} stop words; use them with --stop-words {out_path}")
