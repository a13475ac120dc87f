"""Mistakes are shown with the words that spoke for them."""

import re

from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.reports.mistakes import cut_up, show, telling_part
from movieclassifier.reports.scored_documents import Mistake


def test_mistakes_show_what_speaks_for_the_wrong_label(three_classes):
    classifier, _ = three_classes
    shown = show(classifier, Mistake(0.9, 1, 0.1, "the tank and the judge", "law", "war"))
    assert (shown.name, shown.predicted_name, shown.cut) == ("law", "war", (False, False))
    shades = {piece.text: piece.shade for piece in shown.pieces}
    assert shades["tank"] > 0 > shades["judge"]
    assert "tank" in shown.words_for
    assert "".join(piece.text for piece in shown.pieces) == "the tank and the judge"


@given(st.text(), st.data())
def test_pieces_make_up_the_text_that_they_were_cut_from(text, data):
    ends = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=8, unique=True)))
    marks = [(a, b, float(i - 2)) for i, (a, b) in enumerate(zip(ends[::2], ends[1::2], strict=False))]
    start, stop = telling_part(text, marks, size=10)
    assert 0 <= start <= stop <= len(text)
    joined = "".join(piece.text for piece in cut_up(text, marks, start, stop))
    # Line breaks are marks on the page; a piece may end in the midst of several.
    assert re.sub(r"[\s¶]", "", joined) == re.sub(r"[\s¶]", "", text[start:stop])


def test_long_texts_are_cut_where_they_tell_most():
    text = "dull " * 300 + "wonderful " + "dull " * 300
    place = text.index("wonderful")
    start, stop = telling_part(text, [(0, 4, 0.1), (place, place + 9, 5.0), (place + 10, place + 14, -1.0)])
    assert start <= place < stop
    assert 690 < stop - start < 760
    assert text[start - 1] == " "


def test_an_excerpt_cuts_no_tag():
    text = "a" + "<br />" * 3 + "so good" + "<br />" * 300
    start, stop = telling_part(text, [(10, 11, 5.0)], size=30)
    assert text[start:stop] == "<br />so good<br /><br />"


def test_of_overlapping_marks_the_first_counts():
    pieces = cut_up("so good", [(0, 5, 1.0), (3, 7, 1.0)], 0, 7)
    assert [(piece.text, piece.shade) for piece in pieces] == [("so go", 4), ("od", 0)]


def test_line_breaks_are_shown_as_one_mark():
    pieces = cut_up("so<br /><br />good\n\nand", [(14, 18, 1.0)], 0, 23)
    assert "".join(piece.text for piece in pieces) == "so ¶ good ¶ and"
