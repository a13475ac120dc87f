import pytest
from scipy.stats import binomtest

from movieclassifier.models.intervals import wilson


@pytest.mark.parametrize(("k", "n"), [(0, 5), (3, 7), (50, 100), (499, 500), (9, 9)])
def test_the_interval_is_that_of_scipy(k, n):
    expected = binomtest(k, n).proportion_ci(0.95, "wilson")
    assert wilson(k / n, n) == pytest.approx((expected.low, expected.high), abs=1e-6)
