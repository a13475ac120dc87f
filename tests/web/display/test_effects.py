import pytest

from movieclassifier.feedback.rehearsal import Rehearsal
from movieclassifier.web.display.effects import effect_of


@pytest.mark.parametrize(
    ("n_known", "held", "after", "expected"),
    [
        (0, None, 0.03, "nothing: no word is known"),
        (0, "cap", 0.03, "nothing: no word is known"),
        (3, "guard", 0.59, "held: guard"),
        (3, None, 0.03, "nothing: it is sure already"),
        (3, None, 0.59, "positive 97 → negative 59"),
    ],
)
def test_the_effect_is_said_in_a_few_words(n_known, held, after, expected):
    before, then = ({"negative": p, "positive": 1 - p} for p in (0.03, after))
    assert effect_of(Rehearsal(before, then, n_known, held)) == expected
