"""What ``predict`` says of a text, for a program and for a person."""

import json

import click
import pytest

from movieclassifier.commands.shared.answers import (
    PrintedAnswer,
    answer_texts,
    plain_line,
    shown_percent,
    shown_share,
    terminal_line,
)
from tests.support.models import random_classifier
from tests.support.services import TEXTS

SURE = PrintedAnswer(("good", "bad"), (0.9, 0.1), 1, True, 5, "", {"bad": 0.1, "good": 0.9})
UNKNOWN = PrintedAnswer(("good", "bad"), (0.5, 0.5), 1, False, 0, "There is no word in it.", {"bad": 0.5, "good": 0.5})


@pytest.mark.parametrize("n_classes", [2, 3])
def test_answers_are_those_of_the_classifier(n_classes):
    classifier = random_classifier(n_classes, texts=tuple(TEXTS))
    found = list(answer_texts(classifier, TEXTS[:5], n_top=2))
    y_proba = classifier.predict_proba(TEXTS[:5])
    assert [list(answer.probabilities.values()) for answer in found] == y_proba.tolist()
    assert [int(answer.labels[0]) for answer in found] == classifier.predict(TEXTS[:5]).tolist()
    for answer in found:
        assert answer.is_given
        assert len(answer.labels) == 2
        assert answer.shares[0] >= answer.shares[1]


def test_below_the_threshold_and_without_a_known_word_no_label_is_given():
    classifier = random_classifier(3, texts=tuple(TEXTS))
    (below, unknown) = answer_texts(classifier, [TEXTS[0], "qwertz"], threshold=1.0)
    assert (below.is_given, below.note) == (False, "The probability is below 1.")
    assert not unknown.is_given
    assert unknown.note != below.note
    assert below.to_dict()["label"] is unknown.to_dict()["label"] is None
    json.dumps(below.to_dict())


@pytest.mark.parametrize(
    ("share", "shown", "percent"),
    [(1.0, ">0.999", ">99.9%"), (0.9994, "0.999", "99.9%"), (0.0004, "<0.001", "<0.1%"), (0.25, "0.250", "25.0%")],
)
def test_nothing_is_shown_as_certain(share, shown, percent):
    assert (shown_share(share), shown_percent(share)) == (shown, percent)


def test_columns_of_a_table_are_empty_where_nothing_is_known():
    assert SURE.columns() == {
        "predicted": "good",
        "probability": 0.9,
        "predicted_2": "bad",
        "probability_2": 0.1,
        "note": "",
    }
    assert set(UNKNOWN.columns().values()) == {None, "There is no word in it."}


def test_line_for_a_program_has_fields():
    assert plain_line(SURE, "a\nfilm") == "good\t0.900\tbad\t0.100\ta film"
    assert plain_line(UNKNOWN, "?") == "-\t-\t-\t-\t?\tThere is no word in it."


def test_line_for_a_person_has_a_bar():
    lines = click.unstyle(terminal_line(SURE, "a film", 5)).splitlines()
    assert lines == ["good   █████████·  0.900  a film", "bad    █·········  0.100"]
    assert click.unstyle(terminal_line(UNKNOWN, "?", 5)).startswith("-      ··········      -  ?  There is no word")
