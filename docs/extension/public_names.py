"""References of docstrings to where a name is defined lead to where it is imported from."""

from typing import Any

import movieclassifier


def public_name(target: str) -> str | None:
    """Return the name at the front door of something that is defined inside; None if it has none there.

    Examples
    --------
    >>> public_name("movieclassifier.recipes.names.RECIPES"), public_name("movieclassifier.system.printable.one_line")
    ('movieclassifier.RECIPES', None)
    """
    name = target.rpartition(".")[2]
    return f"movieclassifier.{name}" if name in movieclassifier.__all__ else None


def find_public_name(app: Any, env: Any, node: Any, content: Any) -> Any:
    """Resolve a reference that Sphinx has found nothing for."""
    name = public_name(node.get("reftarget", ""))
    if node.get("refdomain") != "py" or name is None:
        return None
    domain = env.get_domain("py")
    return domain.resolve_xref(env, node["refdoc"], app.builder, node["reftype"], name, node, content)
