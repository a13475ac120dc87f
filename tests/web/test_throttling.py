import multiprocessing

import pytest

from movieclassifier.feedback.log.errors import TooMany
from movieclassifier.feedback.log.limits import Rate
from movieclassifier.web import throttling
from movieclassifier.web.throttling import SharedCounts, Throttle


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """A clock that a test sets."""
    now = [1e9]
    monkeypatch.setattr(throttling.time, "time", lambda: now[0])
    return now


def test_counts_begin_anew_with_each_window(clock):
    counts = SharedCounts()
    assert [counts.add("a", 60) for _ in range(3)] == [1, 2, 3]
    assert (counts.used("a", 60), counts.used("b", 60)) == (3, 0)
    clock[0] += 60
    assert counts.used("a", 60) == 0
    assert counts.add("a", 60) == 1


def test_a_place_whose_window_is_over_is_taken_before_one_that_counts(clock, monkeypatch):
    monkeypatch.setattr(throttling, "N_SLOTS", 2)
    monkeypatch.setattr(throttling, "PROBES", 2)
    counts = SharedCounts()
    counts.add("day", 86400)
    for _ in range(20):
        counts.add(f"minute {clock[0]}", 60, 5)
        clock[0] += 60
        assert counts.used("day", 86400) == 1


def test_counts_that_are_taken_back_do_not_fall_below_nothing():
    counts = SharedCounts()
    assert counts.add("a", 60, -1) == 0


def test_forked_processes_count_together():
    counts = SharedCounts()
    worker = multiprocessing.get_context("fork").Process(target=counts.add, args=("a", 3600, 5))
    worker.start()
    worker.join()
    assert counts.used("a", 3600) == 5


def test_many_more_keys_than_places_cost_nothing_but_the_smallest_counts(monkeypatch):
    monkeypatch.setattr(throttling, "N_SLOTS", 64)
    counts = SharedCounts()
    counts.add("often", 60, 1000)
    for number in range(1000):
        counts.add(f"once {number}", 60)
    assert counts.used("often", 60) == 1000


def test_the_network_has_a_limit_beside_that_of_its_clients():
    throttle = Throttle({"votes": Rate(2, 60)})
    for number in range(10):
        throttle.check("votes", f"client {number}", "one network")
    with pytest.raises(TooMany, match="Too many votes from your network: at most 10 in 60 seconds") as refused:
        throttle.check("votes", "client 11", "one network")
    assert 1 <= refused.value.retry_after <= 60
    throttle.check("votes", "client 11", "another network")


def test_the_site_has_a_limit_over_all_networks():
    throttle = Throttle({"votes": Rate(1, 60)})
    for number in range(50):
        throttle.check("votes", f"client {number}", f"network {number}")
    with pytest.raises(TooMany, match="on this site: at most 50"):
        throttle.check("votes", "new client", "new network")


def test_drafts_have_a_limit_per_client_as_the_log_does_not_count_them():
    throttle = Throttle({"drafts": Rate(3, 60)})
    for _ in range(3):
        throttle.check("drafts", "client", "network")
    with pytest.raises(TooMany, match="from you: at most 3"):
        throttle.check("drafts", "client", "network")
    throttle.check("drafts", "neighbour", "network")


def test_a_client_beyond_its_limit_does_not_use_up_the_limits_of_the_rest():
    throttle = Throttle({"votes": Rate(1, 60), "drafts": Rate(1, 60)})
    for kind in ("votes", "drafts"):
        n_refused = 0
        for _ in range(500):
            try:
                throttle.check(kind, "client", "network")
            except TooMany:
                n_refused += 1
        assert n_refused == 500 - (5 if kind == "votes" else 1)
        throttle.check(kind, "neighbour", "different network")
    throttle.check("drafts", "housemate", "network")
