"""Your own recipes: a TOML file holds the settings that differ from a named recipe."""

import tomllib
from collections.abc import Callable
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import Any

from movieclassifier.recipes.linear import Recipe
from movieclassifier.recipes.names import RECIPES, make_recipe
from movieclassifier.system.atomic import replace_file

# TOML has no null: these words stand for None.
NONE = {"norm": "none", "min_df": "auto"}


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)


def _is_range(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(_is_whole, value))


TEXT: tuple[Callable[[Any], bool], str] = (lambda value: isinstance(value, str), "a text in quotes")
WHOLE: tuple[Callable[[Any], bool], str] = (_is_whole, "a whole number")
TRUTH: tuple[Callable[[Any], bool], str] = (lambda value: isinstance(value, bool), "true or false")
SETTINGS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "name": TEXT,
    "tokenizer": TEXT,
    "stop_words": (_is_words, "a list of words in quotes"),
    "ngram_range": (_is_range, "a list of two whole numbers, such as [1, 3]"),
    "n_features": WHOLE,
    "binary": TRUTH,
    "alternate_sign": TRUTH,
    "norm": (lambda value: isinstance(value, str), 'one of "l1", "l2", "none"'),
    "dtype": TEXT,
    "log_count_ratio": TRUTH,
    "min_df": (lambda value: _is_whole(value) or value == NONE["min_df"], 'a whole number or "auto"'),
    "alpha": (lambda value: isinstance(value, float) or (_is_whole(value) and abs(value) < 2**53), "a number"),
    "passes": WHOLE,
    "calibrate": TRUTH,
}


def read_recipe(path: str | PathLike[str]) -> Recipe:
    r"""Read a recipe from a TOML file.

    Parameters
    ----------
    path : str or path-like
        ``base`` names the recipe that the others of its settings change, ``"default"`` without it. The settings are
        those of :class:`movieclassifier.recipes.linear.Recipe`; ``norm = "none"`` and ``min_df = "auto"`` stand for
        None. Without ``name`` the recipe is called like the file.

    Returns
    -------
    Recipe

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If the file is not TOML, or a setting is unknown, has the wrong type or is out of range.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "pairs.toml"
    >>> _ = path.write_text("ngram_range = [1, 2]\npasses = 3\n")
    >>> recipe = read_recipe(path)
    >>> recipe.name, recipe.ngrams.ngram_range, recipe.passes, recipe.alpha
    ('pairs', (1, 2), 3, 5e-07)
    """
    path = Path(path)
    try:
        settings = tomllib.loads(path.read_text("utf-8"))
        return recipe_from_settings({"name": path.stem} | settings)
    except ValueError as error:  # TOMLDecodeError and UnicodeDecodeError are ValueErrors, too
        raise ValueError(f"{path}: {error}") from error


def recipe_from_settings(settings: dict[str, Any]) -> Recipe:
    """Return the recipe that settings, as TOML holds them, make of their base.

    Parameters
    ----------
    settings : dict
        Names of settings to values; ``base`` may name a recipe.

    Raises
    ------
    ValueError
        If a setting is unknown, has the wrong type or is out of range.

    Examples
    --------
    >>> recipe_from_settings({"base": "book", "n_features": 1024, "norm": "none"}).ngrams.norm is None
    True
    """
    settings = dict(settings)
    base = settings.pop("base", "default")
    if not isinstance(base, str) or base not in RECIPES:
        raise ValueError(f"base must be one of {', '.join(RECIPES)}; got {base!r}.")
    for name, value in settings.items():
        check_setting(name, value)
    # make_recipe knows which alpha goes with several passes.
    passes = settings.pop("passes", None)
    recipe = make_recipe(
        replace(RECIPES[base], name=settings.get("name", base)), passes=passes, alpha=settings.get("alpha")
    )
    return recipe.with_settings(**{name: _from_toml(name, value) for name, value in settings.items()})


def check_setting(name: str, value: Any) -> None:
    """Check the name and the type of one setting.

    Raises
    ------
    ValueError
        If the setting is unknown, or its value has the wrong type.
    """
    if name not in SETTINGS:
        raise ValueError(f"there is no setting {name!r}; the settings are base, {', '.join(SETTINGS)}.")
    holds, expected = SETTINGS[name]
    if not holds(value):
        raise ValueError(f"{name} must be {expected}; got {value!r}.")


def _from_toml(name: str, value: Any) -> Any:
    if value == NONE.get(name):
        return None
    if name == "alpha":
        return float(value)
    return tuple(value) if isinstance(value, list) else value


def recipe_toml(recipe: Recipe, comment: str = "") -> str:
    r"""Return a recipe as TOML, with all its settings.

    Parameters
    ----------
    recipe : Recipe
    comment : str
        Lines to put above it.

    Returns
    -------
    str
        What :func:`read_recipe` reads as the same recipe.

    Examples
    --------
    >>> print(recipe_toml(Recipe(name="mine"), "Made by hand.").splitlines()[:3])
    ['# Made by hand.', 'name = "mine"', 'tokenizer = "default"']
    """
    printable = ["".join(c if c.isprintable() else "?" for c in line) for line in comment.splitlines()]
    lines = [f"# {line}".rstrip() for line in printable]
    for name, value in recipe.to_dict().items():
        lines.append(f"{name} = {_toml_value(NONE[name] if value is None else value)}")
    return "\n".join(lines) + "\n"


def _toml_value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return _toml_text(value)
    return f"[{', '.join(map(_toml_value, value))}]"


def _toml_text(value: str) -> str:
    """Quote a text: control characters, quotes and backslashes are all that a TOML string cannot hold as they are."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(f"\\u{ord(c):04x}" if ord(c) < 32 or ord(c) == 127 else c for c in escaped) + '"'


def save_recipe(path: str | PathLike[str], recipe: Recipe, comment: str = "") -> None:
    """Write a recipe as a TOML file, atomically; ``comment`` goes above it."""
    with replace_file(path, "w") as file:
        file.write(recipe_toml(recipe, comment))
