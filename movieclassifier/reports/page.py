"""Pages from templates: one HTML file with its style and pictures inside."""

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from movieclassifier import __version__
from movieclassifier.reports.style import DARK, LABELS


def render(template: str, **values: Any) -> str:
    """Return a page.

    Parameters
    ----------
    template : str
        A file in ``templates/``.
    **values
        What the template shows; text is escaped.
    """
    return _environment().get_template(template).render(version=__version__, **values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("movieclassifier.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["label_colours"] = [(light, DARK[light]) for light in LABELS]
    return environment
