import csv
import io
import json
import re

import pytest
from werkzeug.security import generate_password_hash

from movieclassifier.web import logins
from tests.support.outlines import Outline
from tests.support.visitors import PAN, REVIEW, Visitor, words_of

PASSWORD = "correct horse"
HASH = generate_password_hash(PASSWORD, "pbkdf2:sha256:1000")


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


def positions(page):
    return re.findall(r'name="positions" value="(\d+)"', page)


# The password


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


@pytest.mark.parametrize("path", ["/admin/moderate", "/admin/update", "/admin/rollback", "/admin/logout"])
def test_the_owner_does_nothing_without_the_token_of_the_form(owner, path):
    assert owner.client.post(path, data={"decision": "approve", "positions": "1", "version": "1"}).status_code == 400


@pytest.mark.parametrize("password", ["", "correct", "Correct horse", PASSWORD + " "])
def test_wrong_password_is_told_and_stays_outside(app, password):
    visitor = Visitor(app)
    response = visitor.client.post(
        "/admin/login", data={"csrf_token": visitor.token("/admin/login"), "password": password}
    )
    assert response.status_code == 403
    assert "That is not the password." in response.text
    assert visitor.get("/admin").location == "/admin/login"


def test_guessing_is_slowed_down(app):
    visitor = Visitor(app)
    token = visitor.token("/admin/login")
    for _ in range(100):
        response = visitor.client.post("/admin/login", data={"csrf_token": token, "password": "guess"})
        if response.status_code == 429:
            break
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) > 0
    assert f"You can try again in {response.headers['Retry-After']} second" in response.text


def test_logging_out_ends_it(owner):
    assert owner.send("/admin/logout").location == "/"
    assert owner.get("/admin").location == "/admin/login"


def test_a_login_ends_with_the_working_day_and_with_another_password(app, owner, monkeypatch):
    assert owner.get("/admin").status_code == 200
    with monkeypatch.context() as later:
        now = logins.time.time()
        later.setattr(logins.time, "time", lambda: now + logins.LOGIN_SECONDS + 1)
        assert owner.get("/admin").location == "/admin/login"
    app.config["ADMIN_PASSWORD_HASH"] = generate_password_hash("another", "pbkdf2:sha256:1000")
    assert owner.get("/admin").location == "/admin/login"


def test_admin_pages_are_not_cached(owner):
    assert "no-store" in owner.get("/admin").headers["Cache-Control"]


# The queue


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


def ticked(page):
    return len(re.findall(r'name="positions"[^>]* checked>', page))


# The overview


def test_the_overview_shows_first_what_needs_the_owner(owner, people):
    page = words_of(owner.read("/admin"))
    assert "2 waiting for you" in page
    assert "0 held until the next base" in page
    assert re.search(r"\d+\.\d% right on \d+ guard texts now", page)
    assert "Votes wait for your approval." in page


def test_the_overview_says_since_when_votes_are_held(make_app):
    visitor = Visitor(make_app(CAP=1e-9, ADMIN_PASSWORD_HASH=HASH))
    for n in range(7):
        visitor.vote(visitor.classify(f"{REVIEW} Number {n}."), "negative")
    visitor.client.post("/admin/login", data={"csrf_token": visitor.token("/admin/login"), "password": PASSWORD})
    assert re.search(r"Votes are being held since \d+ \w+ \d{4}, \d\d:\d\d UTC", words_of(visitor.read("/admin")))


# Clients


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


# What a vote would change


def test_what_a_vote_would_change_is_told_before_it_is_approved(owner, app):
    visitor = Visitor(app)
    visitor.vote(visitor.classify("Qqqq wwww zzzz xxxx jjjj"), "negative")
    visitor.vote(visitor.classify(PAN), "negative")
    page = words_of(owner.read("/admin/queue"))
    assert "nothing: no word is known" in page
    assert "nothing: it is sure already" in page


# Search, export, trail, versions


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


FORMULA = '=HYPERLINK("http://example.org","a wonderful film, wonderful")'


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


# Weight


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
