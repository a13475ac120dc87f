"""The tables that people choose from: formats, tokenizers, recipes, teachers, sources."""

import ast
import inspect
from collections.abc import Callable, Iterable
from pathlib import Path

from docs.extension.markdown import escape, from_docstring, table
from movieclassifier import READERS, RECIPES, TOKENIZERS
from movieclassifier.live.sources import SOURCES
from movieclassifier.training.teachers import TEACHERS
from movieclassifier.web import KEYS

ROOT = Path(__file__).parents[2]
# Where an entry is added.
DEFINED_IN = {
    "READERS": "movieclassifier/corpora/readers/formats.py",
    "TOKENIZERS": "movieclassifier/features/tokenizers.py",
    "RECIPES": "movieclassifier/recipes/names.py",
    "TEACHERS": "movieclassifier/training/teachers/__init__.py",
    "SOURCES": "movieclassifier/live/sources/__init__.py",
}


def describe_table(name: str) -> str:
    """Return the entries of a table, each with the first paragraph that its function has to say."""
    return DESCRIBERS[name]()


def _described(entries: Iterable[tuple[str, object]], header: str) -> str:
    return table([header, "meaning"], ((f"`{name}`", _paragraph(inspect.getdoc(value))) for name, value in entries))


def _paragraph(doc: str | None) -> str:
    return from_docstring((doc or "").split("\n\n")[0])


def _readers() -> str:
    return _described(READERS.items(), "format")


def _tokenizers() -> str:
    text = "I can't say it's <br />GREAT :-)"
    rows = []
    for name, function in TOKENIZERS.items():
        # WordNet need not be on the machine that builds these pages.
        tokens = "" if name == "lemma" else " ".join(f"`{token}`" for token in function(text))
        rows.append([f"`{name}`", _paragraph(inspect.getdoc(function)), tokens])
    return table(["tokenizer", "meaning", f"tokens of `{text}`"], rows)


def _recipes() -> str:
    settings = {name: recipe.to_dict() for name, recipe in RECIPES.items()}
    rows = [
        [f"`{setting}`", *(escape(_power(settings[name][setting])) for name in RECIPES)]
        for setting in next(iter(settings.values()))
        if setting != "name"
    ]
    return table(["setting", *(f"`{name}`" for name in RECIPES)], rows)


def _power(value: object) -> str:
    """Return a setting as a person writes it.

    Examples
    --------
    >>> _power(4194304), _power((1, 3)), _power(False)
    ('2**22', '1-3', 'no')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and value > 1000 and value & (value - 1) == 0:
        return f"2**{value.bit_length() - 1}"
    if isinstance(value, list | tuple):
        return "-".join(map(str, value)) or "–"
    return "by the corpus" if value is None else str(value)


def _teachers() -> str:
    # The file is read, not imported: a teacher may need packages that are not installed here.
    rows = []
    for name, module in TEACHERS.items():
        path = ROOT / f"{module.replace('.', '/')}.py"
        rows.append([f"`{name}`", _paragraph(ast.get_docstring(ast.parse(path.read_text("utf-8"))))])
    return table(["teacher", "meaning"], rows)


def _sources() -> str:
    rows = [
        [
            f"`{name}`",
            source.label,
            source.kind,
            f"`{source.hint}`",
            ", ".join(f"`{need}`" for need in source.needs) or "–",
            _paragraph(inspect.getdoc(source.function)),
        ]
        for name, source in SOURCES.items()
    ]
    return table(["source", "is", "kind", "query, for example", "needs", "meaning"], rows)


def _keys() -> str:
    return table(
        ["key", "what it does"], ([" ".join(f"`{key}`" for key in keys.split(", ")), does] for keys, does in KEYS)
    )


DESCRIBERS: dict[str, Callable[[], str]] = {
    "READERS": _readers,
    "TOKENIZERS": _tokenizers,
    "RECIPES": _recipes,
    "TEACHERS": _teachers,
    "SOURCES": _sources,
    "KEYS": _keys,
}
