"""``movieclassifier stopwords``: the stop words of a language, one per line."""

import click

from movieclassifier.commands.shared.common_options import output_option
from movieclassifier.commands.shared.edge import Command


@click.command(cls=Command)
@click.argument("language", default="english")
@output_option("Write the words to this file, for --stop-words.  [default: standard output]")
@click.option("--download", is_flag=True, help="Download NLTK's lists (35 KB) if they are not on this machine.")
def main(language: str, output: str | None, download: bool) -> None:
    """Write the stop words of a language.

    Those of english ship with this package. Those of other languages are NLTK's, which are downloaded only with
    --download.
    """
    from movieclassifier.features.stop_words import ENGLISH, load_stop_words, nltk_stop_words
    from movieclassifier.system.atomic import replace_file

    language = language.lower()
    words = load_stop_words(ENGLISH) if language == ENGLISH else nltk_stop_words(language, download)
    text = "".join(f"{word}\n" for word in words)
    if output is None:
        click.echo(text, nl=False)
        return
    with replace_file(output, "w") as file:
        file.write(text)
    click.echo(f"{output}: {len(words)} stop words; use them with --stop-words {output}")
