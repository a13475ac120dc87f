"""The settings of the environment: found in the code, described in ``reference/settings.toml``."""

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

from movieclassifier.feedback.log.limits import RATES
from movieclassifier.feedback.settings import PREFIX, RATE_NAMES, TYPES, Settings
from movieclassifier.live.settings import PARSERS, LiveSettings
from movieclassifier.live.settings import PREFIX as LIVE_PREFIX

ROOT = Path(__file__).parents[2]
DESCRIPTIONS = ROOT / "docs/reference/settings.toml"
NAME = re.compile(r"MOVIECLASSIFIER_[A-Z0-9_]*[A-Z0-9]|ACLIMDB_URL|DATABASE_URL|SECRET_KEY|PORT|WEB_CONCURRENCY")
# What platforms set to say what they are; nobody sets them.
SIGNS = {"DYNO", "KUBERNETES_SERVICE_HOST"}


@cache
def find_settings() -> dict[str, str]:
    """Return every setting that the code reads, and its default where a table of the code has one."""
    found = dict.fromkeys(sorted(_read_in_code() - SIGNS), "")
    defaults = vars(Settings())
    for name in TYPES:
        found[name if name == "DATABASE_URL" else PREFIX + name] = _shown(defaults[name.lower()])
    for name, kind in RATE_NAMES.items():
        found[PREFIX + name] = str(RATES[kind].limit)
    live_defaults = vars(LiveSettings())
    for name in PARSERS:
        found[LIVE_PREFIX + name.upper()] = _shown(live_defaults[name])
    return found


def describe_settings(section: str) -> str:
    """Return one section of the descriptions: each setting with its default."""
    parts = []
    for name, described in descriptions()[section].items():
        text, default = (described["text"], described["default"]) if isinstance(described, dict) else (described, "")
        default = default or f"`{find_settings()[name]}`"
        shown = f"\n\n<small>default: {default}</small>" if default != "–" else ""
        parts.append(f"````{{envvar}} {name}\n{text}{shown}\n````")
    return "\n\n".join(parts)


def descriptions() -> dict[str, dict[str, str | dict[str, str]]]:
    """Return what is written about settings, by section."""
    return tomllib.loads(DESCRIPTIONS.read_text("utf-8"))


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return "" if value in (None, "", frozenset()) else str(value)


def _read_in_code() -> set[str]:
    """Return the names that are read from an environment, or stand whole in a string, in package and programs."""
    sources = [*(ROOT / "movieclassifier").rglob("*.py"), *ROOT.glob("*.py")]
    return {name for path in sources if path.name != "setup.py" for name in names_in(path.read_text("utf-8"))}


def names_in(source: str) -> set[str]:
    """Return the settings that a piece of code reads.

    Examples
    --------
    >>> sorted(names_in('a = os.environ.get("TMPDIR"); b = _setting("CAP"); D = "MOVIECLASSIFIER_E"'))
    ['MOVIECLASSIFIER_CAP', 'MOVIECLASSIFIER_E', 'TMPDIR']
    """
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and NAME.fullmatch(node.value):
            found.add(node.value)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called, name = ast.unparse(node.func), node.args[0].value
            if called == "_setting":
                found.add(PREFIX + name)
            elif called in ("os.environ.get", "os.environ.pop", "os.getenv"):
                found.add(name)
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            found.update([node.slice.value] if isinstance(node.slice, ast.Constant) else [])
    return found
