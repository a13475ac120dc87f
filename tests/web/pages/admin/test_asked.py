"""What a request of the owner asks for."""

import re

import pytest

from tests.support.owners import positions
from tests.support.visitors import REVIEW, Visitor


@pytest.mark.parametrize("path", ["/admin/moderate", "/admin/update", "/admin/rollback", "/admin/logout"])
def test_the_owner_does_nothing_without_the_token_of_the_form(owner, path):
    assert owner.client.post(path, data={"decision": "approve", "positions": "1", "version": "1"}).status_code == 400


def test_pages_keep_the_search(app, owner):
    visitor = Visitor(app)
    for n in range(26):
        visitor.vote(visitor.classify(f"{REVIEW} It is number {n}."), "negative")
    page = owner.read("/admin/votes?search=wonderful")
    assert len(positions(page)) == 25
    assert "Page 1 of 2" in page
    following = re.search(r'href="(/admin/votes\?[^"]*page=2[^"]*)"', page).group(1).replace("&amp;", "&")
    assert "search=wonderful" in following
    assert len(positions(owner.read(following))) == 1
