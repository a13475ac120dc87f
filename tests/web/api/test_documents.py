"""The documents of the API: what a request may hold, and what an answer does."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.exceptions import BadRequest

from movieclassifier.feedback.log.entities import Prediction, Vote
from movieclassifier.models.explanation import Contribution, Explanation
from movieclassifier.web.api.documents import (
    N_CONTRIBUTIONS,
    Asked,
    describe_prediction,
    describe_vote,
    encode,
    read_request,
    read_vote,
)
from movieclassifier.web.api.schemas import MAX_EXPLAINED, MAX_TEXTS

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)


def body(**document):
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("document", "asked"),
    [
        ({"text": "a"}, Asked(["a"], many=False, explain=True, keep=True)),
        ({"text": "a", "explain": False}, Asked(["a"], many=False, explain=False, keep=True)),
        ({"texts": ["a", "b"]}, Asked(["a", "b"], many=True, explain=False, keep=False)),
        ({"texts": ["a"], "explain": True, "keep": True}, Asked(["a"], many=True, explain=True, keep=True)),
    ],
)
def test_many_texts_are_neither_kept_nor_explained_unless_asked(document, asked):
    assert read_request(body(**document), 100) == asked


@pytest.mark.parametrize(
    ("document", "detail"),
    [
        ({}, "either 'text' or 'texts'"),
        ({"text": "a", "texts": ["a"]}, "either 'text' or 'texts'"),
        ({"text": "a", "mood": 1}, "explain, keep, text, texts only; got 'mood'"),
        ({"text": ""}, "1 to 100 characters; text 0 is not"),
        ({"texts": ["a", "b" * 101]}, "1 to 100 characters; text 1 is not"),
        ({"texts": []}, f"a list of 1 to {MAX_TEXTS} strings"),
        ({"texts": ["a"] * (MAX_TEXTS + 1)}, f"a list of 1 to {MAX_TEXTS} strings"),
        ({"text": "a", "keep": 1}, "'explain' and 'keep' must be true or false"),
        ({"texts": ["a"] * (MAX_EXPLAINED + 1), "explain": True}, "leave 'explain' out"),
    ],
)
def test_wrong_request_is_explained(document, detail):
    with pytest.raises(BadRequest) as error:
        read_request(body(**document), 100)
    assert detail in error.value.description


@pytest.mark.parametrize("sent", [b"", b"[", b"[]", b"7", b"[" * 100_000, b"\xff", b'{"label": 7}', b'{"label": null}'])
def test_vote_without_a_label_is_refused(sent):
    with pytest.raises(BadRequest):
        read_vote(sent)


@given(st.text())
def test_label_comes_back_from_its_body(label):
    assert read_vote(encode({"label": label})) == label


def test_contributions_and_the_rest_sum_to_the_decision():
    parts = tuple(Contribution(f"word{i}", 1 / (i + 1), i, ((i, i + 1),)) for i in range(30))
    total = 0.5 + sum(part.value for part in parts)
    explanation = Explanation("a", "good", total, 0.5, (*parts, Contribution("nothing", 0.0, 99, ())))
    prediction = Prediction("x", "a", "good", {"good": 1.0}, "1+0", lambda: explanation, "good", NOW, ("good",))
    found = describe_prediction(prediction)["explanation"]
    assert len(found["contributions"]) == N_CONTRIBUTIONS
    values = [part["value"] for part in found["contributions"]]
    assert found["intercept"] + sum(values) + found["others"] == pytest.approx(found["decision_value"])
    assert found["contributions"][0] == {"ngram": "word0", "value": 1.0, "spans": [[0, 1]]}


def test_vote_is_described_or_missing():
    vote = Vote(2, "bad", "incorrect", "held", "cap", {"bad": 0.4}, {"bad": 0.4}, 3, NOW)
    assert describe_vote(None) is None
    found = describe_vote(vote)
    assert (found["status"], found["reason"], found["voted_at"]) == ("held", "cap", "2026-03-02T14:00:00.000+00:00")
