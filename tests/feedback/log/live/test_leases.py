"""One process at a time has a lease, whatever the clocks do."""

import pytest

from movieclassifier.feedback.log.database import transaction
from movieclassifier.feedback.log.live.leases import LEASE, give_back, take_lease

NOW = 10**12


@pytest.mark.parametrize(
    ("later", "is_taken"), [(0, False), (LEASE - 1, False), (LEASE, True), (-1, True), (-(10**9), True)]
)
def test_lease_is_taken_over_when_it_has_ended_or_the_clock_was_set_back(engine, later, is_taken):
    with transaction(engine) as connection:
        assert take_lease(connection, "collect", "ada", NOW)
        assert take_lease(connection, "collect", "bob", NOW + later) is is_taken
        assert take_lease(connection, "another", "bob", NOW)


def test_lease_is_renewed_and_given_back_by_its_holder_alone(engine):
    with transaction(engine) as connection:
        take_lease(connection, "collect", "ada", NOW)
        assert take_lease(connection, "collect", "ada", NOW + LEASE - 1)
        give_back(connection, "collect", "bob")
        assert not take_lease(connection, "collect", "bob", NOW + LEASE)
        give_back(connection, "collect", "ada")
        assert take_lease(connection, "collect", "bob", NOW + LEASE)
