"""Pictures of how good a model is."""

import re

import numpy as np
import pytest

from movieclassifier.reports.curves import draw_calibration, draw_confusion, draw_learning_curve, draw_lengths
from movieclassifier.reports.learning_curve import LearningCurve


def test_one_point_is_no_curve_and_no_axis_goes_beyond_100_percent():
    assert not LearningCurve([(172, 0.3)], [(172, 1.0)]).can_be_drawn
    picture = draw_learning_curve(LearningCurve([], [(100, 1.0), (200, 1.0)]))
    assert not re.search(rb"10[1-9](\.\d+)?%", picture.svg)


@pytest.mark.parametrize("curve", [LearningCurve([], []), LearningCurve([(9, 0.5), (60, 0.6), (70, 0.7)], [(60, 0.7)])])
def test_learning_curves_of_few_points_can_be_drawn(curve):
    picture = draw_learning_curve(curve)
    assert picture.alt == (
        "Accuracy on test documents is 70.0% after 60 documents."
        if curve.holdout
        else "Accuracy on the next documents, before each training step."
    )
    assert curve.can_be_drawn == (len(curve.prequential) > 2)
    assert picture.svg.startswith(b"<?xml")
    assert len(picture.rows) == len(curve.prequential) + len(curve.holdout)


def test_learning_curve_says_what_more_documents_bring():
    curve = LearningCurve([(10, 0.4), (20, 0.6)], [(50, 0.7), (100, 0.8), (200, 0.825)], 99)
    assert (
        "goes from 70.0% after 50 documents to 82.5% after 200; the last step, from 100, brought +2.5 points"
        in draw_learning_curve(curve).alt
    )


def test_confusion_matrix_names_the_most_frequent_mistake():
    picture = draw_confusion([[50, 3, 0], [7, 40, 0], [0, 0, 9]], ["art", "law", "war"])
    assert picture.alt == "99 of 109 documents are on the diagonal. The most frequent mistake is law taken for art (7)."
    assert picture.rows[1] == ("law", "7", "40", "0")
    assert "no mistake" in draw_confusion([[5, 0], [0, 5]], ["bad", "good"]).alt


def test_calibration_table_holds_probability_share_and_number():
    y = np.array([1, 0, 1, 1] * 5)
    y_proba = np.array([[0.25, 0.75]] * 20)
    picture = draw_calibration(y, y_proba, ["bad", "good"])
    assert picture.rows == [("0.750", "0.750", "20")]
    assert picture.alt.startswith("Probabilities are off by 0.0 points on average")


def test_lengths_are_put_into_groups_of_about_the_same_size():
    n_words = np.arange(1, 1201, dtype=np.int32)
    picture = draw_lengths(n_words, n_words > 600, np.full(1200, 0.9))
    assert len(picture.rows) == 10
    assert [row[1] for row in picture.rows] == ["120"] * 10
    assert picture.rows[0] == ("1 to 120", "120", "0.0000", "0.9000")
    assert "0.0% for the shortest texts" in picture.alt
    assert "100.0% for the longest" in picture.alt
    assert len(draw_lengths(np.full(5, 7, np.int32), np.ones(5, bool), np.ones(5)).rows) == 1
