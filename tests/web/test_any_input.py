"""Whatever is sent to the pages, they answer decently: no input makes a 500."""

from urllib.parse import quote, quote_from_bytes, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.security import generate_password_hash

from movieclassifier.web import create_app
from tests.support.visitors import Visitor

PASSWORD = "correct horse"
ANYTHING = st.text(max_size=60) | st.text(st.characters(), min_size=15, max_size=60)
NAMES = st.sampled_from(["review", "forget", "label", "positions", "decision", "version", "password", "csrf_token"])
WHOLE_NUMBERS = st.integers().map(str)
KNOWN = st.sampled_from(["negative", "positive", "approve", "reject", "1", "2"])
VOTES = ["/results/{}/vote", "/results/{}/change", "/results/{}/undo"]
few = settings(max_examples=30, deadline=None)


@pytest.fixture(scope="module")
def visitor(tmp_path_factory, small_model):
    """An owner, who may do everything that a visitor may and more."""
    app = create_app(
        {
            "SECRET_KEY": "test",
            "DATABASE_URL": f"sqlite:///{tmp_path_factory.mktemp('web')}/feedback.db",
            "MODEL": str(small_model),
            "ADMIN_PASSWORD_HASH": generate_password_hash(PASSWORD, "pbkdf2:sha256:1"),
            "PREDICTIONS_PER_MINUTE": 10**6,
            "VOTES_PER_HOUR": 10**6,
            "TEXTS_PER_HOUR": 10**6,
        }
    )
    visitor = Visitor(app)
    visitor.client.post("/admin/login", data={"csrf_token": visitor.token("/admin/login"), "password": PASSWORD})
    visitor.review = visitor.classify()
    return visitor


def encoded(text: str) -> bytes:
    """Return a text as a browser would send it, halves of surrogate pairs included."""
    return quote_from_bytes(text.encode("utf-8", "surrogatepass")).encode()


@few
@given(review=ANYTHING, forget=st.booleans())
def test_any_text_is_answered_shown_and_listed(visitor, review, forget):
    body = b"csrf_token=" + quote(visitor.token()).encode() + b"&review=" + encoded(review) + b"&forget=y" * forget
    response = visitor.client.post("/", data=body, content_type="application/x-www-form-urlencoded")
    assert response.status_code in (200, 303, 422)
    if response.status_code == 303:
        assert visitor.get(response.location).status_code == 200
        assert visitor.get("/history").status_code == 200


@few
@given(
    body=st.binary(max_size=200)
    | st.dictionaries(NAMES, ANYTHING | WHOLE_NUMBERS | KNOWN).map(
        lambda form: urlencode(form, errors="replace").encode()
    )
)
@pytest.mark.parametrize("path", [*VOTES, "/", "/draft", "/admin/moderate", "/admin/rollback", "/admin/login"])
def test_any_form_is_refused_or_answered(visitor, path, body):
    token = b"csrf_token=" + quote(visitor.token()).encode() + b"&"
    for start in (b"", token):
        response = visitor.client.post(
            path.format(visitor.review), data=start + body, content_type="application/x-www-form-urlencoded"
        )
        # The review is there, and a form that it takes leads to a page.
        assert response.status_code in ((303, 400, 409) if path in VOTES else (200, 204, 303, 400, 403, 404, 422, 429))


@settings(few, max_examples=15)
@given(
    steps=st.lists(st.tuples(st.sampled_from(VOTES), st.sampled_from(["negative", "positive"])), min_size=1, max_size=6)
)
def test_any_row_of_votes_leaves_the_last_one_that_was_taken(visitor, steps):
    visitor.send(f"/results/{visitor.review}/undo")
    said = None
    for path, label in steps:
        response = visitor.send(path.format(visitor.review), label=label)
        conflict = path.endswith("/vote") and said not in (None, label)
        assert response.status_code == (409 if conflict else 303)
        said = said if conflict else None if path.endswith("/undo") else label
        page = visitor.read(f"/results/{visitor.review}")
        assert ("Is that right?" in page) == (said is None)
        assert ("You said: Incorrect, it is negative" in page) == (said == "negative")


@few
@given(search=ANYTHING, page=ANYTHING | WHOLE_NUMBERS)
@pytest.mark.parametrize("path", ["/history", "/admin/queue", "/admin/votes", "/admin/audit", "/admin/export.csv"])
def test_any_search_and_page_number_is_answered(visitor, path, search, page):
    query = b"search=" + encoded(search) + b"&status=" + encoded(search) + b"&page=" + encoded(page)
    with visitor.client.get(path, query_string=query.decode()) as response:
        assert response.status_code == 200


@few
@given(id=ANYTHING)
def test_any_id_is_not_found(visitor, id):
    for path in ("/results/", "/thanks/"):
        assert visitor.client.get(path + encoded(id).decode()).status_code in (303, 308, 404)
