"""The tokens of forms."""

from html import unescape

import pytest

from tests.support.visitors import REVIEW, TOKEN, Visitor


@pytest.fixture
def client(make_app):
    return make_app().test_client()


@pytest.mark.parametrize("token", [None, "", "forged", "20300101000000##0000"])
def test_a_form_without_its_token_is_refused_with_a_page(client, token):
    client.get("/")
    response = client.post("/", data={"review": REVIEW} | ({} if token is None else {"csrf_token": token}))
    assert response.status_code == 400
    assert "The form had expired, and your text is still here." in response.text
    assert REVIEW in unescape(response.text)
    token = unescape(TOKEN.search(response.text).group(1))
    assert client.post("/", data={"review": REVIEW, "csrf_token": token}).status_code == 303
    assert response.content_type.startswith("text/html")


def test_a_token_of_a_different_session_is_refused(make_app):
    app = make_app()
    token = Visitor(app).token()
    assert app.test_client().post("/", data={"review": REVIEW, "csrf_token": token}).status_code == 400


def test_deployed_over_plain_http_the_page_and_the_form_say_that_https_is_missing(make_app):
    app = make_app(DEPLOYED=True)
    client = app.test_client()
    page = client.get("/", base_url="http://example.org")
    assert "its cookie is for https only: no form can be sent" in page.text
    token = unescape(TOKEN.search(page.text).group(1))
    fields = {"review": REVIEW, "csrf_token": token}
    # A new client, as the browser keeps no cookie that is for https only.
    response = app.test_client().post("/", data=fields, base_url="http://example.org")
    assert (response.status_code, "MOVIECLASSIFIER_DEPLOYED=0" in response.text) == (400, True)
    assert REVIEW in unescape(response.text)
    assert "https only" not in client.get("/", base_url="https://example.org").text


def test_a_vote_without_its_token_says_what_to_do(client):
    response = client.post("/results/x/undo")
    assert (response.status_code, "reload the page, and send it again" in response.text) == (400, True)
