from movieclassifier.web.display.word_plots import weights_plot, words_plot
from tests.support.plots import inside

LABELS = ["negative", "positive"]


def test_words_of_two_labels_go_to_both_sides_in_their_colours():
    words = {"negative": [("awful", -4.0)], "positive": [("superb", 2.0), ("a phrase of thirty characters!", 1.0)]}
    plot = words_plot(words, LABELS)
    assert inside(plot)
    left, right, second = plot.bars
    assert (left.kind, right.kind, second.kind) == ("l0", "l1", "l1")
    assert left.x + left.width == right.x == plot.width / 2
    assert left.width == 2 * right.width == 4 * second.width
    assert [label.text for label in plot.labels] == ["awful", "superb", "a phrase of thirty …"]
    assert plot.rows[2] == ("positive", "a phrase of thirty characters!", "+1.00")
    assert plot.legend == (("l0", "negative"), ("l1", "positive"))


def test_words_of_more_labels_stand_below_one_another_in_their_colours():
    plot = words_plot({"sport": [("goal", 4.0)], "tech": [("chip", 2.0)]}, ["business", "sport", "tech"])
    assert inside(plot)
    assert [bar.kind for bar in plot.bars] == ["l1", "l2"]
    assert plot.bars[0].width == 2 * plot.bars[1].width
    assert [label.text for label in plot.labels] == ["goal", "+4.0", "chip", "+2.0"]


def test_words_with_their_weights_have_the_colours_of_their_sides():
    plot = weights_plot("The words that told most", [("superb", 4.0), ("dull", -2.0)])
    assert inside(plot)
    assert [bar.kind for bar in plot.bars] == ["l1", "l0"]
    assert plot.rows == [("superb", "+4.00"), ("dull", "−2.00")]
