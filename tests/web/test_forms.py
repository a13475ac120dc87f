"""The tokens of forms."""

import pytest

from tests.support.visitors import REVIEW, Visitor


@pytest.fixture
def client(make_app):
    return make_app().test_client()


@pytest.mark.parametrize("token", [None, "", "forged", "20300101000000##0000"])
def test_a_form_without_its_token_is_refused_with_a_page(client, token):
    client.get("/")
    response = client.post("/", data={"review": REVIEW} | ({} if token is None else {"csrf_token": token}))
    assert response.status_code == 400
    assert "was not sent from this site" in response.text
    assert response.content_type.startswith("text/html")


def test_a_token_of_another_session_is_refused(make_app):
    app = make_app()
    token = Visitor(app).token()
    assert app.test_client().post("/", data={"review": REVIEW, "csrf_token": token}).status_code == 400
