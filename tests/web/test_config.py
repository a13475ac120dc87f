"""The secret key, the cookies and the proxies."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import request

from movieclassifier.web import create_app
from movieclassifier.web.config import find_secret_key


def test_on_ones_own_machine_a_key_is_made_and_kept_for_its_user_alone(own_machine):
    first = create_app()
    path = own_machine / "instance/secret_key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert len(first.config["SECRET_KEY"]) == 64
    assert create_app().config["SECRET_KEY"] == first.config["SECRET_KEY"] == path.read_text()
    assert [file.name for file in path.parent.iterdir() if "secret" in file.name] == ["secret_key"]


def test_all_workers_that_make_the_key_at_once_have_the_same(tmp_path):
    path = tmp_path / "instance" / "secret_key"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: find_secret_key(False, path), range(32)))
    assert len(keys) == 1
    assert [file.name for file in path.parent.iterdir()] == ["secret_key"]


def test_a_key_that_is_there_is_read_and_nothing_written(tmp_path, monkeypatch):
    path = tmp_path / "secret_key"
    path.write_text("k" * 64 + "\n")
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setattr(os, "open", None)
    assert find_secret_key(False, path) == "k" * 64


def test_a_key_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    synced, path = [], tmp_path / "secret_key"
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setattr(os, "fsync", lambda file, real=os.fsync: synced.append((os.fstat(file).st_size, real(file))))
    monkeypatch.setattr(os, "link", lambda *names, real=os.link: synced.append(real(*names)))
    find_secret_key(False, path)
    assert synced == [(64, None), None]


@pytest.mark.parametrize(
    "value", ["correct horse", "'scrypt:32768:8:1$salt$00ff'", "scrypt:32768:8:1$salt$", "md5:1$salt$00ff"]
)
def test_a_password_that_is_no_hash_is_explained_at_the_start_and_not_repeated(make_app, value):
    with pytest.raises(ValueError, match="must be what movieclassifier hash-password prints, without") as refused:
        make_app(ADMIN_PASSWORD_HASH=value)
    assert value not in str(refused.value)


@pytest.mark.parametrize("sign", ["MOVIECLASSIFIER_DEPLOYED", "DYNO", "KUBERNETES_SERVICE_HOST"])
def test_deployed_there_is_no_key_but_that_of_the_environment(own_machine, monkeypatch, sign):
    monkeypatch.setenv(sign, "1")
    with pytest.raises(ValueError, match="SECRET_KEY is not set, and a deployed server needs one"):
        create_app()
    assert not (own_machine / "instance").exists()
    monkeypatch.setenv("SECRET_KEY", "k" * 16)
    assert create_app().config["SECRET_KEY"] == "k" * 16


def test_a_short_key_is_refused(own_machine, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "dev")
    with pytest.raises(ValueError, match="at least 16 characters; got 3"):
        create_app()


@pytest.mark.parametrize("deployed", [False, True])
def test_cookies_are_for_this_site_and_no_script_and_deployed_for_https_only(make_app, deployed):
    client = make_app(DEPLOYED=deployed).test_client()
    response = client.get("/", base_url="https://localhost")
    [cookie] = response.headers.getlist("Set-Cookie")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert ("Secure" in cookie) == deployed
    assert ("Strict-Transport-Security" in response.headers) == deployed


@pytest.mark.parametrize(("n_proxies", "expected"), [(0, "127.0.0.1"), ("1", "192.0.2.1"), (2, "198.51.100.9")])
def test_only_trusted_proxies_say_who_asks(make_app, n_proxies, expected):
    app = make_app(TRUSTED_PROXIES=n_proxies)
    seen = []
    app.before_request(lambda: seen.append(request.remote_addr))
    app.test_client().get("/healthz", headers={"X-Forwarded-For": "203.0.113.5, 198.51.100.9, 192.0.2.1"})
    assert seen == [expected]


def test_a_wrong_number_of_proxies_is_explained(make_app):
    with pytest.raises(ValueError, match="TRUSTED_PROXIES must be a number of proxies, 0 for none; got 'all'"):
        make_app(TRUSTED_PROXIES="all")
