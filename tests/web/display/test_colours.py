import re
from pathlib import Path

import pytest

import movieclassifier.web
from movieclassifier.web.display.colours import N_COLOURS, colour_in, colour_of


@pytest.mark.parametrize("place", range(N_COLOURS))
def test_every_colour_is_in_the_style_sheet(place):
    sheet = Path(movieclassifier.web.__file__).with_name("static") / "style.css"
    assert re.search(rf"\.{colour_of(place)}\b", sheet.read_text("utf-8"))


def test_colours_start_again_after_the_last():
    assert colour_of(N_COLOURS) == colour_of(0) != colour_of(1)


def test_label_has_the_colour_of_its_place():
    assert [colour_in(name, ("a", "b")) for name in ("a", "b", "c")] == ["l0", "l1", ""]
