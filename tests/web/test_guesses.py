"""How many wrong passwords there may be, and whom that keeps out."""

import pytest

from movieclassifier.feedback.log.errors import TooMany
from movieclassifier.feedback.log.limits import Rate
from movieclassifier.web import throttling
from movieclassifier.web.guesses import Guesses

OWNER = "203.0.113.7"


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """A clock that a test sets, at the beginning of a day."""
    now = [86400.0 * 10_000]
    monkeypatch.setattr(throttling.time, "time", lambda: now[0])
    return now


@pytest.fixture
def guesses():
    return Guesses(Rate(10, 600))


def guess(guesses, address, right=False, device=None):
    """Return whether a guess was admitted."""
    try:
        with guesses.admitted(address, device) as one:
            one.is_right = right
    except TooMany:
        return False
    return True


def use_up(guesses):
    """Guess until nobody may who has guessed before."""
    for n in range(100):
        assert guess(guesses, f"198.51.100.{n}")
    assert not guess(guesses, "198.51.100.200")


def test_new_networks_may_guess_when_the_known_ones_have_used_up_theirs(guesses):
    use_up(guesses)
    assert [guess(guesses, OWNER) for _ in range(6)] == [True] * 5 + [False]
    assert not guess(guesses, "203.0.113.8")
    assert guess(guesses, "203.0.114.1")


def test_no_more_than_so_many_guesses_reach_the_password_from_however_many_networks(guesses, clock):
    addresses = (f"{10 + n // 250}.{n % 250}.0.1" for n in range(30_000))
    admitted = 0
    for _ in range(10):
        admitted += sum(guess(guesses, next(addresses)) for _ in range(300))
        clock[0] += 60
    assert admitted == 100 + 10 * 60


def test_one_large_network_counts_as_one(guesses):
    use_up(guesses)
    assert sum(guess(guesses, f"10.0.{n}.1") for n in range(200)) == 50
    assert sum(guess(guesses, f"2001:db8:{n:x}::1") for n in range(200)) == 10  # and 60 in this minute
    assert not guess(guesses, OWNER)


def test_who_is_refused_is_told_when_to_come_again(guesses, clock):
    use_up(guesses)
    clock[0] += 59
    for n in range(60):
        assert guess(guesses, f"10.{n}.0.1")
    for address, wait in ((OWNER, 1), ("198.51.100.1", 541)):
        with pytest.raises(TooMany) as refused, guesses.admitted(address, None):
            pass
        assert refused.value.retry_after == wait
    clock[0] += 1
    assert guess(guesses, OWNER, right=True)


def test_right_passwords_use_up_nothing(guesses):
    use_up(guesses)
    assert all(guess(guesses, OWNER, right=True) for _ in range(200))
    assert all(guess(guesses, f"10.{n % 250}.{n // 250}.1", right=True) for n in range(200))
    assert [guess(guesses, OWNER) for _ in range(6)].count(True) == 5


def test_the_owner_s_browser_has_guesses_of_its_own(guesses):
    use_up(guesses)
    assert [guess(guesses, "198.51.100.1", device="mine") for _ in range(11)] == [True] * 10 + [False]
    assert guess(guesses, "198.51.100.1", device="my other one")


def test_a_check_that_fails_counts_as_wrong(guesses):
    for _ in range(10):
        with pytest.raises(RuntimeError), guesses.admitted(OWNER, None):
            raise RuntimeError
    assert not guess(guesses, OWNER)
