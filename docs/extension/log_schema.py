"""The schema of the log: a new database is made by the migrations and looked at."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from docs.extension.markdown import escape, from_docstring, table

DESCRIPTIONS = Path(__file__).parents[2] / "docs/reference/log.toml"


def describe_log(part: str) -> str:
    """Return the migrations, or the tables of the log ("log") or of the live pages ("live")."""
    if part == "migrations":
        return _migrations()
    described = tomllib.loads(DESCRIPTIONS.read_text("utf-8"))[part]
    return "\n\n".join(_describe(name, described[name]) for name in described)


@cache
def find_tables() -> dict[str, list[dict[str, Any]]]:
    """Return the columns of every table that the code makes."""
    from sqlalchemy import create_engine, inspect

    from movieclassifier.feedback.log.schema import prepare

    engine = create_engine("sqlite://")
    prepare(engine)
    found = inspect(engine)
    tables = {name: [dict(column) for column in found.get_columns(name)] for name in found.get_table_names()}
    engine.dispose()
    return tables


def _describe(name: str, described: dict[str, str]) -> str:
    rows = [
        [
            f"`{column['name']}`",
            str(column["type"]).lower() + (", key" if column["primary_key"] else ""),
            "no" if column["nullable"] is False else "yes",
            described.get(column["name"], ""),
        ]
        for column in find_tables()[name]
    ]
    return f"### {escape(name)}\n\n{described['']}\n\n" + table(["column", "type", "may be null", "meaning"], rows)


def _migrations() -> str:
    from movieclassifier.feedback.log.schema import MIGRATIONS

    rows = [
        [f"{n} to {n + 1}", f"`{migrate.__name__}`", from_docstring((migrate.__doc__ or "").split("\n\n")[0])]
        for n, migrate in enumerate(MIGRATIONS, 1)
    ]
    return f"The schema of this version is number {len(MIGRATIONS) + 1}.\n\n" + table(
        ["schema", "migration", "what it does"], rows
    )
