"""The owner logs in and out."""

import pytest
from werkzeug.security import generate_password_hash

from movieclassifier.web import logins
from tests.support.owners import PASSWORD
from tests.support.visitors import Visitor


@pytest.mark.parametrize("password", ["", "correct", "Correct horse", PASSWORD + " "])
def test_wrong_password_is_told_and_stays_outside(app, password):
    visitor = Visitor(app)
    response = visitor.client.post(
        "/admin/login", data={"csrf_token": visitor.token("/admin/login"), "password": password}
    )
    assert response.status_code == 403
    assert "That is not the password." in response.text
    assert visitor.get("/admin").location == "/admin/login"


@pytest.mark.usefixtures("start_of_day")
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


def test_a_login_ends_with_the_working_day_and_with_a_different_password(app, owner, monkeypatch):
    assert owner.get("/admin").status_code == 200
    with monkeypatch.context() as later:
        now = logins.time.time()
        later.setattr(logins.time, "time", lambda: now + logins.LOGIN_SECONDS + 1)
        assert owner.get("/admin").location == "/admin/login"
    app.config["ADMIN_PASSWORD_HASH"] = generate_password_hash("another", "pbkdf2:sha256:1000")
    assert owner.get("/admin").location == "/admin/login"
