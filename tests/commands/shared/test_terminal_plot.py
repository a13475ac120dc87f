"""A learning curve is drawn from its first to its last point, and fits a terminal."""

import pytest

from movieclassifier.commands.shared.terminal_plot import plot_curve


def test_a_curve_goes_from_corner_to_corner():
    lines = plot_curve([(n, 0.5 + n / 200) for n in range(1, 91)]).splitlines()
    assert lines[1].startswith("0.95 |")
    assert lines[1].endswith("•")
    assert lines[8].startswith("0.50 |•")
    assert max(map(len, lines)) <= 80
    assert lines[-1].split() == ["1", "90", "documents"]
    assert sum(line.count("•") for line in lines) == 60


@pytest.mark.parametrize("curve", [[], [(1, 0.5), (2, 0.6)]])
def test_of_two_points_nothing_is_drawn(curve):
    assert plot_curve(curve) == ""


def test_a_flat_curve_is_one_line():
    assert sum("•" * 60 in line for line in plot_curve([(n, 0.9) for n in (1, 2, 3)]).splitlines()) == 1
