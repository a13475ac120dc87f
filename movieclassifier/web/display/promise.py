"""The first page's words for visitors: the question, and how often the answer is right."""

from collections.abc import Sequence

from movieclassifier.feedback.log.facts import ModelFacts
from movieclassifier.web.display.wording import any_of, sentence

MAX_NAMED = 4
# Fewer texts than these say little about how often the answer is right.
MIN_MEASURED = 500
SAMPLE_WARNING = "Its model has read a few hundred sample reviews only, to try things out."


def question_of(labels: Sequence[str]) -> str:
    """Return the question that the page answers.

    Examples
    --------
    >>> question_of(["negative", "positive"]), question_of([str(n) for n in range(20)])
    ('Negative or positive?', 'Which of 20 labels?')
    """
    return f"{sentence(any_of(labels))}?" if len(labels) <= MAX_NAMED else f"Which of {len(labels)} labels?"


def promise_of(facts: ModelFacts) -> str:
    """Say how often the answer is right, where enough was measured."""
    if facts.is_sample:
        return SAMPLE_WARNING
    measured = facts.measured
    if not measured or measured["n_documents"] < MIN_MEASURED:
        return ""
    return f"It was right on {round(100 * measured['accuracy'])} of 100 texts that it had not seen."
