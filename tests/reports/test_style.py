"""Pictures look alike, and no text of a corpus breaks them."""

import itertools
import re
from importlib.resources import files
from xml.etree import ElementTree

import matplotlib as mpl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.reports.charts import draw_ngrams
from movieclassifier.reports.curves import draw_confusion
from movieclassifier.reports.strong_ngrams import StrongNgram
from movieclassifier.reports.style import DARK, LABELS, colours, counts, drawable, families, figure, percent


@pytest.mark.parametrize("n_classes", [1, 2, 3, 10, 25])
def test_every_class_has_a_colour_and_neighbours_differ(n_classes):
    found = colours(n_classes)
    assert len(found) == n_classes
    assert all(one != two for one, two in itertools.pairwise(found))
    assert found == [LABELS[i % 8] for i in range(n_classes)]


def test_labels_have_the_colours_of_the_pages():
    style = files("movieclassifier.web").joinpath("static", "style.css").read_text("utf-8")
    light, dark = style.split("@media (prefers-color-scheme: dark)", 1)
    for place, colour in enumerate(LABELS):
        assert re.search(rf"^\.l{place} {{ --c: {colour};", light, re.MULTILINE)
        assert re.search(rf"^  \.l{place}\b.*{{ --c: {DARK[colour]};", dark, re.MULTILINE)


@given(st.text())
def test_drawable_text_prints_on_one_line(text):
    shown = drawable(text)
    assert shown.isprintable()
    assert drawable(shown) == shown
    assert len(shown) <= len(text)


def test_white_space_is_a_space_and_control_characters_are_a_mark():
    assert drawable("so\tgood\n\x01\u200b!") == "so good \ufffd!"


def test_figure_has_its_size_and_leaves_the_settings_as_they_are():
    before = dict(mpl.rcParams)
    with figure(3.0, 2.0) as drawn:
        assert drawn.get_size_inches().tolist() == [3.0, 2.0]
        assert mpl.rcParams["axes.spines.top"] is False
        assert mpl.rcParams["font.family"] == families()
    assert dict(mpl.rcParams) == before


def test_numbers_of_axes_are_percentages_and_have_commas():
    with figure() as drawn:
        axis = drawn.subplots()
        percent(axis, "x")
        counts(axis, "y")
        assert axis.xaxis.get_major_formatter()(0.125, None) == "12.5%"
        assert axis.yaxis.get_major_formatter()(12_345, None) == "12,345"


def test_dollars_are_dollars_and_no_formulas():
    names = ["$$", "$^$", "a_$x^$"]
    rows = [[StrongNgram("$5-$10", 2.0, 4, 4.0), StrongNgram("\\frac $", 2.0, 4, 4.0)] for _ in names]
    for picture in (draw_ngrams(rows, names), draw_confusion([[5, 1, 0], [0, 5, 0], [0, 0, 5]], names)):
        assert len(ElementTree.fromstring(picture.svg)) > 0
