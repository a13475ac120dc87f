"""A Sphinx extension: what stands in the code is written from the code, and needs nobody to keep it up to date.

A page holds a placeholder, three backticks and ``{generated} command train``; before the page is parsed, the Markdown
that the function of that name returns takes its place. These functions need no Sphinx, and the tests call them, too.
"""

import re
from collections.abc import Callable
from typing import Any

from docs.extension.api_document import describe_api
from docs.extension.commands import describe_command, list_commands
from docs.extension.log_schema import describe_log
from docs.extension.record_arrays import describe_record
from docs.extension.settings import describe_settings
from docs.extension.tables import describe_table

GENERATORS: dict[str, Callable[..., str]] = {
    "commands": list_commands,
    "command": describe_command,
    "settings": describe_settings,
    "table": describe_table,
    "api": describe_api,
    "log": describe_log,
    "record": describe_record,
}
PLACEHOLDER = re.compile(r"^```\{generated\} *(?P<words>[^\n]*)\n```$", re.MULTILINE)


def expand(text: str) -> str:
    """Return a page with its placeholders replaced.

    Raises
    ------
    KeyError
        If nothing of a name can be generated.
    """
    return PLACEHOLDER.sub(lambda match: _generate(*match["words"].split()), text)


def _generate(name: str, *arguments: str) -> str:
    return GENERATORS[name](*arguments)


def setup(app: Any) -> dict[str, Any]:
    """Take part in a build."""
    from docs.extension.drawing import add_mathml, inline_drawings
    from docs.extension.public_names import find_public_name

    app.connect("source-read", lambda app, name, source: source.__setitem__(0, expand(source[0])))
    app.connect("doctree-resolved", inline_drawings)
    app.connect("missing-reference", find_public_name)
    add_mathml(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
