import numpy as np
import pytest

from movieclassifier.feedback.learner import Rehearsal
from movieclassifier.models.correcting import Lesson
from movieclassifier.web.display.effects import HELD, effect_of


@pytest.mark.parametrize(
    ("n_known", "held", "changed", "expected"),
    [
        (0, False, False, "nothing: no word is known"),
        (0, True, False, "nothing: no word is known"),
        (3, True, True, HELD),
        (3, False, False, "nothing: it is sure already"),
        (3, False, True, "positive 97 → negative 59"),
    ],
)
def test_the_effect_is_said_in_a_few_words(n_known, held, changed, expected):
    lesson = Lesson(0, np.array([0.03, 0.97]), np.array([0.59, 0.41]), n_known, changed)
    before, after = ({"negative": p, "positive": 1 - p} for p in (0.03, 0.59))
    assert effect_of(Rehearsal(lesson, held), before, after) == expected
