"""The whole command works over separate hosts that share nothing but an object store."""

import pytest

from tests.scripts.network_namespaces import train_over_namespaces, why_not


@pytest.mark.slow
def test_separate_hosts_write_the_record_of_one_host(tmp_path):
    if reason := why_not():
        pytest.skip(reason)
    hosts, processes = train_over_namespaces(tmp_path)
    assert hosts == processes
