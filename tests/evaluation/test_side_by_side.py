"""Candidates that are tried side by side have the rows that they have one by one."""

import pytest

from movieclassifier.corpora.parts import Split
from movieclassifier.evaluation.comparison import compare
from movieclassifier.training.engines.local import LocalEngine
from tests.support.engines import InProcess
from tests.support.in_another_process import Bloated, Dying, Failing, Greedy

SPLIT = Split([("good", 1), ("bad", 0)] * 9, [("good", 1)], 18, (9, 9))


def test_one_candidate_that_fails_leaves_the_remaining_rows():
    candidates = {
        "huge": Greedy(),
        "good": Bloated(1),
        "dies": Dying(),
        "bad": Failing(ValueError("After pruning,\nno terms remain.")),
    }
    engine, told = LocalEngine(2), []
    found = compare(candidates, [SPLIT, SPLIT], (0, 1), tell=told.append, engine=engine)
    engine.close()
    rows = {row.recipe: row for row in found}
    assert sorted(told) == sorted(candidates)
    assert rows["good"].accuracy == 1
    assert rows["huge"].error.startswith("there was not enough memory: Unable to allocate 1.00 EiB")
    assert rows["bad"].error == "After pruning, no terms remain."
    assert "has died 8 times, the last time with exit code -9" in rows["dies"].error


def test_a_corpus_that_nobody_can_be_trained_on_is_an_error():
    with pytest.raises(ValueError, match="one class only"):
        compare({"bad": Failing(ValueError("one class only"))}, [SPLIT], (0, 1), engine=InProcess())
