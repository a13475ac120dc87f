"""The costs of a command are those since it asked."""

from movieclassifier.commands.shared import costs as costs_module
from movieclassifier.commands.shared.costs import measure_costs


def test_costs_are_seconds_since_and_the_peak(monkeypatch):
    now = [5.0]
    monkeypatch.setattr(costs_module.time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(costs_module, "peak_megabytes", lambda: 123.4)
    costs = measure_costs()
    now[0] = 7.25
    assert costs() == {"seconds": 2.25, "peak_MB": 123}
