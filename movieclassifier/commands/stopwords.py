"""``movieclassifier stopwords``: the stop words of a language, one per line."""

import click

from movieclassifier.commands.shared.common_options import output_option
from movieclassifier.commands.shared.edge import Command

EXAMPLES = [
    ("Print the English stop words:", "movieclassifier stopwords"),
    (
        "Write the German ones to a file, for train --stop-words:",
        "movieclassifier stopwords german --download -o german.txt",
    ),
]


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("language", default="english")
@output_option("Write the words to this file, for --stop-words.  [default: standard output]")
@click.option("--download", is_flag=True, help="Download NLTK's lists (35 KB) if they are not on this machine.")
def main(language: str, output: str | None, download: bool) -> None:
    """Write the stop words of a language.

    The English ones come with this package. Those of LANGUAGE are from NLTK, whose lists are downloaded only with
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
