"""Pictures and formulas that need no network: SVG in the page, in its colours, and MathML."""

from pathlib import Path
from typing import Any

DRAWINGS = ("way-of-the-data.svg",)


def inline_drawings(app: Any, doctree: Any, name: str) -> None:
    """Put our drawings into the HTML itself, where they take the colours of the theme."""
    from docutils import nodes

    if app.builder.format != "html":
        return
    for image in list(doctree.findall(nodes.image)):
        if Path(image["uri"]).name in DRAWINGS:
            drawing = (Path(app.srcdir) / image["uri"]).read_text("utf-8")
            image.replace_self(nodes.raw("", f'<figure class="drawing">{drawing}</figure>', format="html"))


def add_mathml(app: Any) -> None:
    """Let browsers set formulas themselves."""
    from docutils import nodes
    from docutils.utils.math.latex2mathml import tex2mathml

    def inline(translator: Any, node: Any) -> None:
        translator.body.append(tex2mathml(node.astext(), as_block=False))
        raise nodes.SkipNode

    def block(translator: Any, node: Any) -> None:
        translator.body.append(f'<div class="math">{tex2mathml(node.astext(), as_block=True)}</div>')
        raise nodes.SkipNode

    app.add_html_math_renderer("mathml", (inline, None), (block, None))
