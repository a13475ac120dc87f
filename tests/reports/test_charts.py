"""Pictures of n-grams, whatever characters they have."""

from io import BytesIO
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

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


def test_words_of_a_cloud_touch_neither_each_other_nor_the_edge():
    words = [letter * n for letter in "opqdb" for n in range(1, 8)]
    rows = [StrongNgram(word, 2.0, 4, 9.0 - i / 8) for i, word in enumerate(words)]
    with Image.open(BytesIO(draw_cloud(rows, "positive", 1, 2).png)) as image:
        ink = np.asarray(image.convert("L")) < 200
    assert not any(edge.any() for edge in (ink[0], ink[-1], ink[:, 0], ink[:, -1]))
    assert ndimage.label(ink, np.ones((3, 3)))[1] == len("".join(words))  # letters that touched would be one shape


def test_pictures_of_any_characters_are_well_formed():
    names = [drawable(name) for name in ("正面 👍", "so\x01\ud800\tso\u200d")]
    assert names[1] == "so\ufffd\ufffd so"
    rows = [[StrongNgram(drawable(ngram), 2.0, 4, 4.0)] for ngram in ("🤣 好", "\x08 \x1b")]
    pictures = [draw_ngrams(rows, names), draw_confusion([[5, 1], [0, 5]], names)]
    pictures += [draw_cloud(found, name, i, 2) for i, (found, name) in enumerate(zip(rows, names, strict=True))]
    for picture in pictures:
        assert len(ElementTree.fromstring(picture.svg)) > 0
