from hypothesis import given
from hypothesis import strategies as st

from movieclassifier.web.display.reliability import reliability


@given(st.lists(st.tuples(st.floats(0.5, 1), st.booleans()), max_size=200))
def test_bins_hold_every_answer_of_a_full_enough_bin_once(answers):
    claimed, right = [p for p, _ in answers], [r for _, r in answers]
    bins = reliability(claimed, right)
    assert all(found.n >= 5 for found in bins)
    assert sum(found.n for found in bins) <= len(answers)
    assert [found.claimed for found in bins] == sorted(found.claimed for found in bins)
