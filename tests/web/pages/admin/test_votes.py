"""The queue, all votes, the decisions on them, and their export."""

import csv
import io
import json
import re

import pytest

from tests.support.owners import positions, ticked
from tests.support.visitors import PAN, REVIEW, Visitor, words_of

FORMULA = '=HYPERLINK("http://example.org","a wonderful film, wonderful")'


def test_queue_shows_what_waits_the_oldest_first(owner, people):
    page = words_of(owner.read("/admin/queue"))
    assert "2 votes wait for you" in page
    assert page.index(REVIEW) < page.index(PAN)
    assert re.search(
        r"positive, [a-z0-9 ]+ in 100 negative (positive|negative) \d+ → (positive|negative) \d+ waiting: review", page
    )


def test_one_vote_is_approved_and_the_model_learns_it_then(app, owner, people):
    stranger = Visitor(app)
    assert "positive</span>" in stranger.read("/results/" + stranger.classify())
    first, _ = positions(owner.read("/admin/queue"))
    assert owner.send("/admin/moderate", decision="approve", positions=first).location == "/admin/queue"
    assert "1 of 1 vote approved." in owner.read("/admin/queue")
    assert positions(owner.read("/admin/queue")) != [first]
    assert "negative</span>" in stranger.read("/results/" + stranger.classify())


@pytest.mark.parametrize(("decision", "status"), [("approve", "applied"), ("reject", "rejected")])
def test_many_votes_are_decided_at_once(owner, people, decision, status):
    owner.send("/admin/moderate?back=votes", decision=decision, positions=positions(owner.read("/admin/queue")))
    page = owner.read("/admin/votes")
    assert f"2 of 2 votes {decision.rstrip('e')}ed." in page
    assert page.count(f'<span class="tag">{status}') == 2
    assert "No votes wait for you" in owner.read("/admin/queue")


def test_nothing_ticked_says_so(owner, people):
    owner.send("/admin/moderate", decision="approve")
    page = owner.read("/admin/queue")
    assert "Tick the votes first." in page
    assert len(positions(page)) == 2


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"decision": "delete", "positions": "1"}, 400),
        ({"decision": "approve", "positions": "one"}, 400),
        ({"decision": "approve", "positions": "9" * 40}, 400),
        ({"decision": "approve", "positions": "-1"}, 400),
        ({"decision": "approve", "positions": "999"}, 404),
    ],
)
def test_decisions_that_no_page_offers_are_refused(owner, people, fields, status):
    assert owner.send("/admin/moderate", **fields).status_code == status
    assert len(positions(owner.read("/admin/queue"))) == 2


def test_rejecting_an_applied_vote_takes_it_out_of_the_model(app, owner, people):
    first, _ = positions(owner.read("/admin/queue"))
    owner.send("/admin/moderate", decision="approve", positions=first)
    owner.send("/admin/moderate", decision="reject", positions=first)
    stranger = Visitor(app)
    assert "positive</span>" in stranger.read("/results/" + stranger.classify())


def test_what_a_vote_would_change_is_told_before_it_is_approved(owner, app):
    visitor = Visitor(app)
    visitor.vote(visitor.classify("Qqqq wwww zzzz xxxx jjjj"), "negative")
    visitor.vote(visitor.classify(PAN), "negative")
    page = words_of(owner.read("/admin/queue"))
    assert "nothing: no word is known" in page
    assert "nothing: it is sure already" in page


def test_waiting_votes_among_all_votes_come_newest_first_as_the_page_says(owner, people):
    assert positions(owner.read("/admin/votes?status=waiting")) == positions(owner.read("/admin/queue"))[::-1]


@pytest.mark.parametrize(
    ("query", "n"), [("", 2), ("?search=wonderful", 1), ("?search=nothing+of+it", 0), ("?status=waiting", 2), ("?status=rejected", 0), ("?status=nonsense", 2), ("?page=99", 0), ("?page=x", 2)]
)  # fmt: skip
def test_votes_are_found_by_text_and_status(owner, people, query, n):
    assert len(positions(owner.read(f"/admin/votes{query}"))) == n


def test_search_words_stay_in_the_box_escaped(owner):
    page = owner.read("/admin/votes?search=%22%3E%3Cscript%3E&status=waiting")
    assert 'value="&#34;&gt;&lt;script&gt;"' in page
    assert "<option selected>waiting</option>" in page


def test_exports_hold_every_vote_and_no_formula(app, owner, people):
    visitor = Visitor(app)
    visitor.vote(visitor.classify(FORMULA), "negative")
    response = owner.get("/admin/export.csv")
    assert response.mimetype == "text/csv"
    assert response.headers["Content-Disposition"] == 'attachment; filename="feedback.csv"'
    rows = list(csv.reader(io.StringIO(response.text)))
    assert len(rows) == 4
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    lines = [json.loads(line) for line in owner.get("/admin/export.jsonl").text.splitlines()]
    assert {line["text"] for line in lines} == {REVIEW, PAN, FORMULA}


@pytest.mark.parametrize(("query", "n"), [("?search=wonderful", 1), ("?status=rejected", 0), ("?status=nonsense", 2)])
def test_export_takes_the_search_along(owner, people, query, n):
    assert len(owner.read(f"/admin/export.jsonl{query}").splitlines()) == n


def test_all_votes_of_a_page_are_ticked_at_once(owner, people):
    assert "wonderful" in owner.read("/admin/queue")
    assert not ticked(owner.read("/admin/queue"))
    assert ticked(owner.read("/admin/queue?ticked=1")) == 2


def test_a_script_in_a_review_does_not_run_before_the_owner(app, owner):
    visitor = Visitor(app)
    visitor.vote(visitor.classify("<script>alert(1)</script> a wonderful film"), "negative")
    for path in ("/admin/queue", "/admin/votes", "/admin/audit"):
        assert "<script>" not in owner.read(path)
    assert "&lt;script&gt;" in owner.read("/admin/queue")
