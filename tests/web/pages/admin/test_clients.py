"""Who voted, and how the votes of one client are taken out."""

import re

import pytest

from tests.support.owners import HASH, PASSWORD
from tests.support.visitors import REVIEW, Visitor, words_of


def test_all_votes_of_a_client_are_rejected_in_one_act(make_app):
    app = make_app(ADMIN_PASSWORD_HASH=HASH)
    visitor = Visitor(app)
    for n in range(3):
        visitor.vote(visitor.classify(f"{REVIEW} Number {n}."), "negative")
    visitor.client.post("/admin/login", data={"csrf_token": visitor.token("/admin/login"), "password": PASSWORD})
    page = visitor.read("/admin/clients")
    [client] = re.findall(r'href="/admin/clients/([^"]+)"', page)
    assert re.search(r" 3 \d+% \d+\.\d% ", words_of(page))
    assert f"Client {client} has 3 votes." in words_of(visitor.read(f"/admin/clients/{client}"))
    assert "negative</span>" in visitor.read("/results/" + visitor.classify())
    assert visitor.send(f"/admin/clients/{client}", since="of the last hour").location == "/admin/clients"
    assert f"3 of 3 votes of client {client} rejected." in visitor.read("/admin/clients")
    assert "positive</span>" in visitor.read("/results/" + visitor.classify())


@pytest.mark.parametrize(("method", "status"), [("get", 404), ("post", 303)])
def test_a_client_without_votes_has_nothing_to_clean(owner, method, status):
    path = "/admin/clients/nobody"
    response = owner.get(path) if method == "get" else owner.send(path, since="ever cast")
    assert response.status_code == status


def test_a_time_that_no_page_offers_is_refused(owner):
    assert owner.send("/admin/clients/nobody", since="tomorrow").status_code == 400
