"""The key that sessions are signed with."""

import os
import secrets
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from movieclassifier.web import create_app
from movieclassifier.web.secret_key import check_strength, find_secret_key

KEY = "93c4ae0f1d7b6285" * 2 + "e1f05a7c2b9d4836"


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
    path.write_text(KEY + "\n")
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setattr(os, "open", None)
    assert find_secret_key(False, path) == KEY


def test_a_key_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    synced, path = [], tmp_path / "secret_key"
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setattr(os, "fsync", lambda file, real=os.fsync: synced.append((os.fstat(file).st_size, real(file))))
    monkeypatch.setattr(os, "link", lambda *names, real=os.link: synced.append(real(*names)))
    find_secret_key(False, path)
    assert synced == [(64, None), None]


@pytest.mark.parametrize("sign", ["MOVIECLASSIFIER_DEPLOYED", "DYNO", "KUBERNETES_SERVICE_HOST"])
def test_deployed_there_is_no_key_but_that_of_the_environment(own_machine, monkeypatch, sign):
    monkeypatch.setenv(sign, "1")
    with pytest.raises(ValueError, match="SECRET_KEY is not set, and a deployed server needs one"):
        create_app()
    assert not (own_machine / "instance").exists()
    monkeypatch.setenv("SECRET_KEY", KEY)
    assert create_app().config["SECRET_KEY"] == KEY


def test_a_short_key_is_refused(own_machine, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "dev")
    with pytest.raises(ValueError, match="at least 16 characters; got 3"):
        create_app()


GUESSED = [
    *("a" * 40, "12" * 20, "changeme-changeme-0123456789", "django-insecure-9q8w7e6r5t4z"),
    *("0123456789abcdef", "abcdefghijklmnopqrstuvwxyz", "x7k-mq2w-x7k-mq2w-x7k", "Qwertyuiop1234567"),
]


@pytest.mark.parametrize("key", GUESSED)
def test_a_key_that_can_be_guessed_is_refused(key):
    with pytest.raises(ValueError, match=r"^SECRET_KEY can be guessed: .* Set it to the output of: python -c"):
        check_strength(key)


def test_no_key_that_is_made_here_is_refused():
    for _ in range(1000):
        check_strength(secrets.token_hex())
        check_strength(secrets.token_urlsafe(12))
