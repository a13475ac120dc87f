"""Who gets in, who is kept out, and for how long."""

import pytest
from werkzeug.security import generate_password_hash

from tests.support.visitors import Visitor

pytestmark = pytest.mark.usefixtures("start_of_day")

PASSWORD = "correct horse"
HASH = generate_password_hash(PASSWORD, "pbkdf2:sha256:10")


@pytest.fixture
def app(make_app):
    return make_app(ADMIN_PASSWORD_HASH=HASH)


def log_in(visitor, password=PASSWORD, address="192.0.2.1"):
    fields = {"csrf_token": visitor.token("/admin/login"), "password": password}
    response = visitor.client.post("/admin/login", data=fields, environ_overrides={"REMOTE_ADDR": address})
    return response.status_code


def test_a_log_out_ends_the_session_on_the_server_for_a_copied_cookie_too(app):
    visitor = Visitor(app)
    assert log_in(visitor) == 303
    thief = app.test_client()
    thief.set_cookie("movieclassifier", visitor.client.get_cookie("movieclassifier").value)
    assert thief.get("/admin").status_code == 200
    visitor.send("/admin/logout")
    assert thief.get("/admin").location == "/admin/login"


def test_right_passwords_are_not_counted(app):
    assert [log_in(Visitor(app)) for _ in range(15)] == [303] * 15


def test_an_address_that_guesses_is_slowed_down_and_its_neighbour_is_not(app):
    guesser = Visitor(app)
    assert [log_in(guesser, "guess") for _ in range(12)] == [403] * 10 + [429] * 2
    assert log_in(guesser) == 429
    assert log_in(Visitor(app), address="192.0.2.2") == 303


def test_guesses_have_a_limit_over_all_addresses_and_the_owner_s_browser_still_gets_in(app):
    owner = Visitor(app)
    assert log_in(owner) == 303
    owner.send("/admin/logout")
    statuses = [log_in(Visitor(app), "guess", f"198.51.100.{n}") for n in range(110)]
    assert (statuses.count(403), statuses[-1]) == (100, 429)
    assert log_in(owner) == 303


def test_strangers_do_not_keep_a_right_password_out_that_comes_from_a_new_browser_at_a_new_address(app):
    for n in range(100):
        with app.extensions["movieclassifier guesses"].admitted(f"198.51.100.{n}", None):
            pass
    assert log_in(Visitor(app), "guess", "198.51.100.200") == 429
    visitor = Visitor(app)
    assert log_in(visitor, "mistyped", address="203.0.113.7") == 403
    assert log_in(visitor, address="203.0.113.7") == 303


def test_wrong_passwords_from_the_owner_s_address_do_not_keep_the_owner_s_browser_out(app):
    owner = Visitor(app)
    log_in(owner)
    assert [log_in(Visitor(app), "guess") for _ in range(11)][-1] == 429
    assert log_in(owner) == 303


def test_a_forged_device_does_not_count(app):
    guesser = Visitor(app)
    guesser.client.set_cookie("movieclassifier_device", "forged", path="/admin")
    assert [log_in(guesser, "guess") for _ in range(11)][-1] == 429


def test_the_cookie_of_the_device_is_for_the_admin_pages_only(app):
    visitor = Visitor(app)
    fields = {"csrf_token": visitor.token("/admin/login"), "password": PASSWORD}
    cookies = visitor.client.post("/admin/login", data=fields).headers.getlist("Set-Cookie")
    [device] = [cookie for cookie in cookies if cookie.startswith("movieclassifier_device=")]
    assert "Path=/admin" in device
    assert "HttpOnly" in device
    assert "SameSite=Strict" in device
