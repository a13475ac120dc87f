import numpy as np
import pytest

from movieclassifier.evaluation.teacher_table import paired_differences, score_rows, teacher_table

Y = np.array([0, 1, 1, 0])
PROBA = {
    "naive Bayes": np.array([[0.9, 0.1], [0.6, 0.4], [0.7, 0.3], [0.2, 0.8]]),
    "student": np.array([[0.8, 0.2], [0.3, 0.7], [0.1, 0.9], [0.4, 0.6]]),
}


def test_rows_hold_the_figures_of_each_model():
    bayes, student = score_rows(Y, PROBA)
    assert (bayes["accuracy"], student["accuracy"]) == (0.25, 0.75)
    assert student["standard_error"] == pytest.approx(np.sqrt(0.75 * 0.25 / 4))
    assert student["log_loss"] == pytest.approx(-np.log([0.8, 0.7, 0.9, 0.4]).mean())


def test_differences_are_paired():
    (row,) = paired_differences(Y, PROBA, "student")
    assert (row["name"], row["than"], row["gain"]) == ("student", "naive Bayes", 0.5)
    # Two documents were won and none lost.
    assert row["standard_error"] == pytest.approx(np.std([0, 1, 1, 0]) / 2)
    assert row["p_value"] == 0.5


def test_the_table_names_models_and_differences():
    table = teacher_table(score_rows(Y, PROBA), paired_differences(Y, PROBA, "student"), 4)
    assert "(4 documents)" in table
    assert "student      0.7500 ± 0.2165" in table
    assert "student against naive Bayes: +0.5000 ± 0.2500 (paired), McNemar's exact test p = 0.5" in table
