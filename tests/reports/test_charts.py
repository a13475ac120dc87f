"""Pictures of n-grams, whatever characters they have."""

from xml.etree import ElementTree

import pytest

from movieclassifier.reports.charts import draw_cloud, draw_ngrams
from movieclassifier.reports.curves import draw_confusion
from movieclassifier.reports.strong_ngrams import StrongNgram
from movieclassifier.reports.style import drawable


@pytest.mark.parametrize("n_classes", [2, 4, 5])
def test_bars_can_be_drawn_for_any_number_of_classes(n_classes):
    rows = [[StrongNgram(f"word {i}", 2.0, 4, 4.0)] for i in range(n_classes)]
    picture = draw_ngrams(rows, [f"class {i}" for i in range(n_classes)])
    assert len(picture.rows) == n_classes
    assert picture.rows[0] == ("class 0", "word 0", "2.00", "4")


def test_pictures_of_any_characters_are_well_formed():
    names = [drawable(name) for name in ("正面 👍", "so\x01\ud800\tso\u200d")]
    assert names[1] == "so\ufffd\ufffd so"
    rows = [[StrongNgram(drawable(ngram), 2.0, 4, 4.0)] for ngram in ("🤣 好", "\x08 \x1b")]
    pictures = [draw_ngrams(rows, names), draw_confusion([[5, 1], [0, 5]], names)]
    pictures += [draw_cloud(found, name, i, 2) for i, (found, name) in enumerate(zip(rows, names, strict=True))]
    for picture in pictures:
        assert len(ElementTree.fromstring(picture.svg)) > 0
