"""What needs the owner first."""

import re

from tests.support.owners import HASH, PASSWORD
from tests.support.visitors import PAN, REVIEW, Visitor, words_of


def test_the_overview_shows_first_what_needs_the_owner(owner, people):
    page = words_of(owner.read("/admin"))
    assert "2 waiting for you" in page
    assert "0 held until the next base" in page
    assert re.search(r"\d+\.\d% right on \d+ guard texts now", page)
    assert "Votes wait for your approval." in page


def test_the_overview_says_since_when_votes_are_held(make_app):
    visitor = Visitor(make_app(CAP=1e-9, ADMIN_PASSWORD_HASH=HASH))
    for n, label in enumerate(["negative", "positive"] * 3):  # the first five act whatever their size
        visitor.vote(visitor.classify(f"{REVIEW} Number {n}."), label)
    visitor.vote(visitor.classify(PAN), "positive")
    visitor.client.post("/admin/login", data={"csrf_token": visitor.token("/admin/login"), "password": PASSWORD})
    assert re.search(r"Votes are being held since \d+ \w+ \d{4}, \d\d:\d\d UTC", words_of(visitor.read("/admin")))
