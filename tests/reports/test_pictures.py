"""Every picture is also a file, a sentence and a table."""

import base64
import re
from xml.etree import ElementTree

import pytest
from PIL import Image

from movieclassifier.reports.style import DARK, dark_rules
from tests.support.reports import PICTURES


def test_every_picture_has_a_text_equivalent_and_a_table(page):
    figures = re.findall(r"<figure>.*?</figure>", page, re.DOTALL)
    assert len(figures) == len(PICTURES)
    for figure in figures:
        alt = re.search(r'alt="([^"]+)"', figure)[1]
        assert f"<figcaption>{alt}</figcaption>" in figure
        assert figure.count("<tr>") > 1


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_is_also_a_file(folder, name):
    with Image.open(folder / f"{name}.png") as image:
        assert image.width > 500
        assert len(image.convert("RGB").getcolors(10**6)) > 10
    root = ElementTree.parse(folder / f"{name}.svg").getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"


def test_pictures_on_the_page_are_the_files(folder, page):
    found = {base64.b64decode(data) for data in re.findall(r"data:image/[a-z+]+;base64,([^\"]+)", page)}
    files = {path.read_bytes() for path in folder.iterdir() if path.suffix in (".svg", ".png")}
    assert len(found) == len(PICTURES)
    assert found <= files


@pytest.mark.parametrize("name", PICTURES)
def test_every_colour_of_a_picture_has_a_dark_one(folder, name):
    svg = (folder / f"{name}.svg").read_text("utf-8")
    shapes = svg.split("</style>", 2)[-1]
    assert set(re.findall(r"(?:fill|stroke): (#[0-9a-f]{6})", shapes)) <= set(DARK)
    assert "<image" not in shapes
    assert dark_rules() in svg
