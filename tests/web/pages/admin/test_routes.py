"""The addresses of the owner's pages: behind a password, light, and never cached."""

import re

import pytest

from tests.support.outlines import Outline
from tests.support.owners import positions
from tests.support.visitors import PAN, REVIEW, Visitor


def test_without_a_password_there_is_no_admin_page(make_app):
    page = Visitor(make_app()).read("/admin", status=404)
    assert "MOVIECLASSIFIER_ADMIN_PASSWORD_HASH" in page


@pytest.mark.parametrize(
    "path",
    [
        "/admin",
        "/admin/",
        "/admin/queue",
        "/admin/votes",
        "/admin/audit",
        "/admin/clients",
        "/admin/clients/x",
        "/admin/versions",
        "/admin/update",
        "/admin/rollback/1",
        "/admin/export.csv",
        "/admin/export.jsonl",
    ],
)
def test_nobody_reads_without_the_password(app, people, path):
    response = Visitor(app).get(path)
    assert (response.status_code, response.location) == (303, "/admin/login")
    assert "wonderful" not in response.text


@pytest.mark.parametrize("path", ["/admin/moderate", "/admin/update", "/admin/rollback", "/admin/logout"])
def test_nobody_acts_without_the_password(app, path):
    assert Visitor(app).send(path, decision="approve", positions="1", version="1").location == "/admin/login"


def test_admin_pages_are_not_cached(owner):
    assert "no-store" in owner.get("/admin").headers["Cache-Control"]


def test_pages_of_the_owner_weigh_little_however_long_the_texts_are(app, owner):
    for n in range(30):
        visitor = Visitor(app)
        text = f"{n}. " + (f"{REVIEW} {PAN} <b>&amp;</b>\n" * 150)[:19_000]
        visitor.vote(visitor.classify(text), "negative" if n % 2 else "positive")
    paths = ["/admin", "/admin/queue", "/admin/votes", "/admin/audit", "/admin/clients", "/admin/versions"]
    for path in [*paths, "/admin/update"]:
        page = owner.read(path)
        loads = set(Outline(page).loads)
        assert all(load.startswith("/static/") for load in loads), path
        assert len(page.encode()) < 60_000, path
        assert len(page.encode()) + sum(map(owner.weight, loads)) < 150_000, path
    link = re.search(r'href="(/admin/votes/\d+)"[^>]*>Read all 19,0\d\d characters<', owner.read("/admin/queue"))
    whole = owner.read(link.group(1))
    assert f"{REVIEW} {PAN} &lt;b&gt;&amp;amp;&lt;/b&gt;" in whole
    assert len(positions(whole)) == 1
    for path in ("/admin/votes/1", f"/admin/votes/{2**70}"):
        assert "There is no such vote." in owner.read(path, status=404)
