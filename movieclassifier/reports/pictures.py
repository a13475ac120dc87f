"""Pictures with a text equivalent: what a picture shows is also said in a sentence and listed in a table."""

import base64
import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from movieclassifier.reports.style import dark_rules
from movieclassifier.system.atomic import replace_file

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI = 160


@dataclass(frozen=True)
class Picture:
    """A picture and its text equivalent.

    Attributes
    ----------
    name : str
        Of its files, without ending.
    title : str
    alt : str
        What it shows, in a sentence or two.
    headings : tuple of str
    rows : list of tuple of str
        The same as a table.
    png, svg : bytes
        The SVG has dark colours on a dark page; the PNG is always light.
    """

    name: str
    title: str
    alt: str
    headings: tuple[str, ...]
    rows: list[tuple[str, ...]]
    png: bytes = field(repr=False)
    svg: bytes = field(repr=False)

    @property
    def source(self) -> str:
        """The picture as a data URL."""
        return f"data:image/svg+xml;base64,{base64.b64encode(self.svg).decode()}"

    def _repr_png_(self) -> tuple[bytes, dict[str, Any]]:
        """Return the picture as a notebook shows it, half as wide as it has pixels."""
        return self.png, {"alt": self.alt, "width": int.from_bytes(self.png[16:20]) // 2}  # the width in a PNG's header

    def save(self, folder: Path) -> None:
        """Write the picture as PNG and as SVG."""
        for ending, data in (("png", self.png), ("svg", self.svg)):
            with replace_file(folder / f"{self.name}.{ending}") as file:
                file.write(data)


def make_picture(
    figure: "Figure", name: str, title: str, alt: str, headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]
) -> Picture:
    """Render a figure both ways; the same figure gives the same bytes."""
    files = {}
    for ending, metadata in (("png", {"Software": None}), ("svg", {"Date": None})):
        buffer = io.BytesIO()
        with warnings.catch_warnings():
            # A character that the fonts of this machine lack becomes a box here; the text equivalent has it.
            warnings.filterwarnings("ignore", "Glyph .* missing from")
            figure.savefig(buffer, format=ending, dpi=DPI, metadata=metadata)
        files[ending] = buffer.getvalue()
    svg = _with_dark_colours(files["svg"])
    return Picture(name=name, title=title, alt=alt, headings=headings, rows=list(rows), png=files["png"], svg=svg)


def _with_dark_colours(svg: bytes) -> bytes:
    """Add the rules for dark pages after the definitions that matplotlib writes first."""
    return svg.replace(b"</defs>", f"</defs>\n <style>{dark_rules()}</style>".encode(), 1)
