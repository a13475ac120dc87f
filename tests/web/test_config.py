"""The settings of the application."""

import pytest

from movieclassifier.web.config import trusted_hosts


@pytest.mark.parametrize(
    "value", ["correct horse", "'scrypt:32768:8:1$salt$00ff'", "scrypt:32768:8:1$salt$", "md5:1$salt$00ff"]
)
def test_a_password_that_is_not_a_hash_is_explained_at_the_start_and_not_repeated(make_app, value):
    with pytest.raises(ValueError, match="must be what movieclassifier hash-password prints, without") as refused:
        make_app(ADMIN_PASSWORD_HASH=value)
    assert value not in str(refused.value)


@pytest.mark.parametrize("deployed", [False, True])
def test_cookies_are_for_this_site_and_no_script_and_deployed_for_https_only(make_app, deployed):
    client = make_app(DEPLOYED=deployed).test_client()
    response = client.get("/", base_url="https://localhost")
    [cookie] = response.headers.getlist("Set-Cookie")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert ("Secure" in cookie) == deployed
    assert ("Strict-Transport-Security" in response.headers) == deployed


def test_on_ones_own_machine_it_answers_to_its_own_names_only(make_app):
    client = make_app().test_client()
    for name in ("localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000"):
        assert client.get("/healthz", headers={"Host": name}).status_code == 200
    for name in ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example:8000"):
        response = client.get("/", headers={"Host": name})
        assert response.status_code == 400
        assert "MOVIECLASSIFIER_TRUSTED_HOSTS" in response.text
    assert client.get("/api/v1/model", headers={"Host": "evil.example"}).json["status"] == 400


def test_deployed_it_answers_to_the_names_of_the_setting(make_app):
    client = make_app(DEPLOYED=True, TRUSTED_HOSTS="example.org,.example.net").test_client()
    statuses = [
        client.get("/healthz", headers={"Host": name}).status_code
        for name in ("example.org", "a.example.net", "localhost")
    ]
    assert statuses == [200, 200, 400]


@pytest.mark.parametrize(
    ("value", "expected"), [("*", None), (["a.example", "*"], None), ("a.example, ", ["a.example"])]
)
def test_names_come_with_commas_and_a_star_is_any(value, expected):
    assert trusted_hosts(value, False) == expected


def test_two_slashes_lead_nowhere_else(make_app):
    client = make_app(DEPLOYED=True).test_client()
    response = client.get("/static//style.css", headers={"Host": "evil.example"})
    assert (response.status_code, response.headers.get("Location")) == (404, None)


def test_a_short_token_of_the_metrics_is_refused(make_app):
    with pytest.raises(ValueError, match="METRICS_TOKEN must have at least 16 characters; got 5"):
        make_app(METRICS_TOKEN="short")
