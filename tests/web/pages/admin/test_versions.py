"""The versions of the model, and the log in full."""

import re

import pytest

from tests.support.owners import positions
from tests.support.visitors import words_of


def test_audit_trail_tells_who_did_what(owner, people):
    owner.send("/admin/moderate", decision="approve", positions=positions(owner.read("/admin/queue")))
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", owner.read("/admin/audit"), re.S)
    told = [words_of(row) for row in rows]
    assert sum("incorrect: " in row for row in told) == 2
    assert sum(bool(re.search(r"approve: \w+ admin vote \d", row)) for row in told) == 2


def test_a_new_base_holds_the_corrections_and_rollback_returns_to_the_old(owner, people):
    owner.send("/admin/moderate", decision="approve", positions=positions(owner.read("/admin/queue")))
    digests = re.findall("<code>([0-9a-f]{64})</code>", owner.read("/admin/versions"))
    assert owner.send("/admin/update").location == "/admin/versions"
    page = owner.read("/admin/versions")
    assert 'Version 2 <span class="tag">served' in page
    assert owner.send("/admin/rollback", version="1").location == "/admin/versions"
    page = owner.read("/admin/versions")
    assert "Version 1 is served; 2 accepted votes that it does not hold wait for a review again." in page
    assert 'Version 1 <span class="tag">served' in page
    assert digests[0] in page


def test_the_owner_is_told_what_a_new_base_and_a_rollback_do_before_anything_is_done(owner, people):
    owner.send("/admin/moderate", decision="approve", positions=positions(owner.read("/admin/queue"))[:1])
    versions = owner.read("/admin/versions")
    assert "falls by no more than 1 point" in versions
    assert 'href="/admin/update"' in versions
    asked = owner.read("/admin/update")
    assert "Make a new base? It is made of version 1 with 1 vote on top." in words_of(asked)
    owner.send("/admin/update")
    versions = owner.read("/admin/versions")
    assert "Served: version 2 with no votes on top." in words_of(versions)
    assert 'href="/admin/rollback/1"' in versions
    asked = owner.read("/admin/rollback/1")
    assert "Serve version 1? It does not hold 1 accepted vote, which waits for a review again then." in words_of(asked)
    assert 'name="version" value="1"' in asked
    assert "It holds all accepted votes." in owner.read("/admin/rollback/2")
    assert 'Version 2 <span class="tag">served' in owner.read("/admin/versions")


@pytest.mark.parametrize("version", ["0", "99", "9" * 40, "x"])
def test_nobody_is_asked_about_a_version_that_is_not_there(owner, version):
    assert owner.get(f"/admin/rollback/{version}").status_code == 404


def test_update_that_is_refused_says_why_and_changes_nothing(owner, people, monkeypatch):
    before = re.findall("<code>.*</code>", owner.read("/admin/versions"))
    owner.send("/admin/update")  # nothing approved: nothing to fold
    page = owner.read("/admin/versions")
    assert "Nothing was changed: " in page
    assert re.findall("<code>.*</code>", page) == before


@pytest.mark.parametrize(("version", "status"), [("", 400), ("x", 400), ("-1", 400), ("9" * 40, 400), ("99", 404)])
def test_versions_that_are_not_there_are_refused(owner, version, status):
    assert owner.send("/admin/rollback", version=version).status_code == status
