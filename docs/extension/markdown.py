"""Plain text and tables as Markdown."""

import re
from collections.abc import Iterable, Sequence

BAR = re.compile(r"(?<!\\)\|")
SPECIAL = re.compile(r"([\\`*_\[\]<>{}$#|~])")
# What is code in a sentence: a part in backticks, or an option.
IS_CODE = re.compile(r"`([^`]+)`|((?<![\w-])--?[a-z][\w-]*)")
CODE = re.compile(r"``?([^`]+)``?")
ROLE = re.compile(r":\w+:`~?([^`<]*?)(?: <[^>]*>)?`")


def escape(text: str) -> str:
    r"""Return a text in which nothing but backticks means more than it says; options become code.

    Examples
    --------
    >>> escape("the corpus of --test, 2**22 columns")
    'the corpus of `--test`, 2\\*\\*22 columns'
    """
    parts, end = [], 0
    for match in IS_CODE.finditer(text):
        parts += [SPECIAL.sub(r"\\\1", text[end : match.start()]), f"`{match[1] or match[2]}`"]
        end = match.end()
    return "".join([*parts, SPECIAL.sub(r"\\\1", text[end:])])


def from_docstring(text: str) -> str:
    """Return the reStructuredText of a docstring as Markdown, as far as one paragraph goes.

    Examples
    --------
    >>> from_docstring("Read ``__label__x`` as :func:`movieclassifier.survey` does.")
    'Read `__label__x` as `movieclassifier.survey` does.'
    """
    return escape(CODE.sub(r"`\1`", " ".join(ROLE.sub(r"``\1``", text).split())))


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; the cells are Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    return BAR.sub(r"\|", text.replace("\n", " "))
