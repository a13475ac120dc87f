from dataclasses import dataclass, field

import pytest

from movieclassifier.web.display.promise import SAMPLE_WARNING, promise_of, question_of


@dataclass
class Facts:
    """The facts that the promise is made of."""

    measured: dict | None = None
    is_sample: bool = False
    metadata: dict = field(default_factory=dict)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (Facts({"n_documents": 25_000, "accuracy": 0.916}), "It was right on 92 of 100 texts that it had not seen."),
        (Facts({"n_documents": 40, "accuracy": 0.9}), ""),
        (Facts(), ""),
        (Facts({"n_documents": 40, "accuracy": 0.9}, is_sample=True), SAMPLE_WARNING),
    ],
)
def test_only_what_was_measured_well_is_promised(facts, expected):
    assert promise_of(facts) == expected


def test_many_labels_are_counted():
    assert question_of(["tech", "sport", "business"]) == "Tech, sport or business?"
    assert question_of(["a", "b", "c", "d", "e"]) == "Which of 5 labels?"
