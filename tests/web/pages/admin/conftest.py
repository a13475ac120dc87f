"""The owner, and people who vote."""

import pytest

from tests.support.owners import HASH, PASSWORD
from tests.support.visitors import PAN, REVIEW, Visitor


@pytest.fixture
def app(make_app):
    return make_app(MODE="review", ADMIN_PASSWORD_HASH=HASH)


@pytest.fixture
def owner(app):
    visitor = Visitor(app)
    response = visitor.client.post(
        "/admin/login", data={"csrf_token": visitor.token("/admin/login"), "password": PASSWORD}
    )
    assert (response.status_code, response.location) == (303, "/admin")
    return visitor


@pytest.fixture
def people(app):
    """Two votes that wait, from two people."""
    for text, label in ((REVIEW, "negative"), (PAN, "positive")):
        visitor = Visitor(app)
        visitor.vote(visitor.classify(text), label)
