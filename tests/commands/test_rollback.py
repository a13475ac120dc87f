"""An earlier base is served again, bit for bit."""

import json
import re

from tests.support.command_line import output_of
from tests.support.services import TEXTS, contradict, digest


def test_update_and_rollback(service):
    first = digest(service)
    for text in TEXTS[:20]:
        contradict(service, text)
    refused = output_of("update", status=2)
    assert refused.startswith("Error: the guard refused the update: accuracy 0.")
    assert output_of("update", "--tolerance", 1, "--note", "all in").startswith(
        "Version 2 is served: 20 new votes, 20 in all"
    )
    listed = output_of("rollback", "--list")
    assert re.search(r"^\* 2  \S+ \S+  update of version 1, votes: 20, 0\.\d+ on the guard set  all in$", listed, re.M)
    found = [json.loads(line) for line in output_of("rollback", "--list", "--json").splitlines()]
    assert [(each["version"], each["served"], each["n_folded"]) for each in found] == [(2, True, 20), (1, False, 0)]
    assert "--json goes with --list." in output_of("rollback", "--json", status=2)
    assert re.search(r"^  1  \S+ \S+  trained: .*/m.npz, 1.0000 on the guard set$", listed, re.M)
    assert digest(service) != first
    assert output_of("rollback") == (
        "Version 1 is served; 20 accepted votes that it does not hold wait for a review again.\n"
    )
    assert digest(service) == first
    assert output_of("rollback", 2) == "Version 2 is served; it holds all accepted votes.\n"
    assert "Error: there is no version 9" in output_of("rollback", 9, status=2)
