"""The application as a whole: keys, headers, limits, errors, and what a machine asks."""

import os
import re
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import request
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from movieclassifier.feedback.log import database
from movieclassifier.web import create_app
from movieclassifier.web.clients import network
from movieclassifier.web.config import find_secret_key
from movieclassifier.web.metrics import Counters, folder_name, server_folder
from tests.support.visitors import REVIEW, Visitor

PAGES = ["/", "/history", "/about", "/model", "/nothing", "/api/v1/model", "/healthz", "/static/style.css"]


@pytest.fixture
def client(make_app):
    return make_app().test_client()


@pytest.fixture
def own_machine(tmp_path, monkeypatch, small_model):
    """A folder of one's own, and an environment that says nothing."""
    for name in list(os.environ):
        if name.startswith("MOVIECLASSIFIER_") or name in ("SECRET_KEY", "DATABASE_URL", "DYNO", "PORT"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MOVIECLASSIFIER_MODEL", str(small_model))
    return tmp_path


# The secret key


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


def test_a_session_signed_with_another_key_is_nobodys(make_app):
    visitor = Visitor(make_app())
    id = visitor.classify()
    other = make_app(SECRET_KEY="another").test_client()
    other.set_cookie("movieclassifier", visitor.client.get_cookie("movieclassifier").value)
    assert other.get(f"/results/{id}").status_code == 404


# Headers and cookies


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_has_its_headers(client, path):
    with client.get(path) as response:
        headers = response.headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers
    assert ("no-store" in headers.get("Cache-Control", "")) == headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("deployed", [False, True])
def test_cookies_are_for_this_site_and_no_script_and_deployed_for_https_only(make_app, deployed):
    client = make_app(DEPLOYED=deployed).test_client()
    response = client.get("/", base_url="https://localhost")
    [cookie] = response.headers.getlist("Set-Cookie")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert ("Secure" in cookie) == deployed
    assert ("Strict-Transport-Security" in response.headers) == deployed


# Limits and errors


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


def test_a_body_that_is_too_large_is_refused_with_a_page(client):
    response = client.post("/", data={"review": "x" * 300_000})
    assert response.status_code == 413
    assert "longer than this site takes" in response.text


def test_the_longest_text_in_the_widest_script_fits(make_app):
    visitor = Visitor(make_app())
    assert visitor.send("/", review="😀" * 20_000).status_code == 303


def test_too_many_requests_are_refused_with_a_page(make_app):
    visitor = Visitor(make_app(PREDICTIONS_PER_MINUTE=1))
    visitor.classify()
    response = visitor.send("/", review=REVIEW)
    assert response.status_code == 429
    assert 1 <= int(response.headers["Retry-After"]) <= 60
    assert f"try again in {response.headers['Retry-After']} second" in response.text


def test_a_fault_of_the_server_is_a_page_without_a_traceback(make_app, monkeypatch):
    app = make_app(TESTING=False)
    monkeypatch.setattr(app.extensions["movieclassifier"], "facts", lambda: 1 / 0)
    for path, content_type in (("/about", "text/html"), ("/api/v1/model", "application/problem+json")):
        response = app.test_client().get(path)
        assert response.status_code == 500
        assert response.content_type.startswith(content_type)
        assert "ZeroDivisionError" not in response.text
        assert "written to the log" in response.text


def test_a_database_that_is_locked_is_503_and_ready_again_afterwards(make_app, tmp_path, monkeypatch):
    monkeypatch.setattr(database, "BUSY_TIMEOUT", 0.1)
    client = make_app().test_client()
    hog = sqlite3.connect(tmp_path / "feedback.db", isolation_level=None)
    hog.execute("BEGIN EXCLUSIVE")
    response = client.post("/api/v1/predictions", json={"text": REVIEW})
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert client.get("/healthz").status_code == 200
    hog.execute("ROLLBACK")
    hog.close()
    assert client.post("/api/v1/predictions", json={"text": REVIEW}).status_code == 201


def test_a_server_without_its_database_is_alive_and_not_ready(make_app, tmp_path):
    client = make_app().test_client()
    assert client.get("/readyz").text == "ready: model 1+1\n"
    client.application.extensions["movieclassifier"].close()
    for file in tmp_path.glob("feedback.db*"):
        file.unlink()
    (tmp_path / "feedback.db").mkdir()
    response = client.get("/readyz")
    assert (response.status_code, response.json["detail"]) == (503, "The model or the database cannot be used.")
    page = client.get("/history")
    assert page.status_code == 503
    assert "try again in a few seconds" in page.text
    assert client.get("/healthz").text == "ok\n"


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_a_method_that_a_page_has_not_is_refused_with_a_page(client, method):
    response = getattr(client, method)("/")
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]
    assert response.content_type.startswith("text/html")


ANY_TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)


@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(path=ANY_TEXT, query=ANY_TEXT)
def test_no_address_makes_the_server_fail(make_app, path, query):
    client = _same_app(make_app).test_client()
    for prefix in ("/", "/results/", "/thanks/", "/api/v1/predictions/", "/static/"):
        with client.get(prefix + quote(path.lstrip("/")), query_string={"page": query}) as response:
            assert response.status_code < 500


def _same_app(make_app, made=[]):  # noqa: B006  # one app for all examples
    if not made:
        made.append(make_app())
    return made[0]


# Clients and proxies


def test_addresses_are_kept_as_keyed_hashes_only(make_app, tmp_path):
    app = make_app()
    app.test_client().post(
        "/api/v1/predictions", json={"text": REVIEW}, environ_overrides={"REMOTE_ADDR": "192.0.2.77"}
    )
    app.extensions["movieclassifier"].close()
    assert b"192.0.2.77" not in b"".join(path.read_bytes() for path in tmp_path.glob("feedback.db*"))


@pytest.mark.parametrize(
    ("address", "expected"),
    [("::ffff:192.0.2.7", "192.0.2.7"), ("unix", "unix"), ("2001:db8::1", "2001:db8::"), ("", "")],
)
def test_a_client_is_its_network(address, expected):
    assert network(address) == expected


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


# Metrics


def sample(text, name):
    return float(re.search(rf"^{re.escape(name)} (\S+)$", text, re.M).group(1))


def test_metrics_count_requests_votes_and_time(make_app):
    app = make_app()
    visitor = Visitor(app)
    visitor.vote(visitor.classify(), "negative")
    visitor.get("/nothing")
    text = visitor.get("/metrics").text
    assert sample(text, 'movieclassifier_requests_total{group="page",status="4xx"}') == 1
    assert sample(text, 'movieclassifier_requests_total{group="page",status="3xx"}') == 2
    assert sample(text, 'movieclassifier_votes{status="accepted"}') == 1
    assert sample(text, "movieclassifier_votes_applied") == 1
    assert sample(text, "movieclassifier_log_position") == 2
    buckets = re.findall(r'request_seconds_bucket\{group="page",le="[^"]+"\} (\d+)', text)
    assert [int(n) for n in buckets] == sorted(int(n) for n in buckets)
    assert sample(text, 'movieclassifier_request_seconds_count{group="page"}') == int(buckets[-1])
    families = re.findall(r"^# TYPE (\S+) (\w+)$", text, re.M)
    assert len(set(families)) == len(families)


def test_counters_hold_right_across_processes_and_outlive_them(tmp_path):
    program = (
        "import sys; from pathlib import Path; from movieclassifier.web.metrics import Counters\n"
        "counters = Counters(Path(sys.argv[1]))\n"
        "for _ in range(1000): counters.add({'requests api 2xx': 1, 'seconds api sum': 0.5})"
    )
    workers = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path)]) for _ in range(3)]
    assert [worker.wait(60) for worker in workers] == [0, 0, 0]
    totals = Counters(tmp_path).totals()
    assert (totals["requests api 2xx"], totals["seconds api sum"]) == (3000, 1500)


def test_a_forked_process_counts_for_itself(tmp_path):
    counters = Counters(tmp_path)
    counters.add({"requests api 2xx": 1})
    pid = os.fork()
    if not pid:
        counters.add({"requests api 2xx": 1})
        os._exit(0)
    os.waitpid(pid, 0)
    assert counters.totals()["requests api 2xx"] == 2
    assert len(list(tmp_path.iterdir())) == 2


def test_threads_lose_no_count():
    counters = Counters()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: [counters.add({"requests page 2xx": 1}) for _ in range(500)], range(8)))
    assert counters.totals()["requests page 2xx"] == 4000


def test_the_workers_of_a_server_share_a_folder_that_is_theirs(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = server_folder()
    assert folder == server_folder() == folder_name(os.getppid())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert folder_name(2**22 + 1).name.endswith("-0")
    folder.rmdir()
    folder.symlink_to(tmp_path)
    with pytest.raises(PermissionError):
        server_folder()


def test_several_workers_count_together(make_app, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for _ in range(2):
        client = make_app().test_client()
        for _ in range(3):
            client.get("/healthz", environ_overrides={"wsgi.multiprocess": True})
    assert [path.name for path in folder_name(os.getppid()).iterdir()] == [str(os.getpid())]


# The commands that serve


def test_flask_finds_the_application(own_machine):
    command = [sys.executable, "-m", "flask", "--app", "movieclassifier.web", "routes"]
    listed = subprocess.run(command, capture_output=True, text=True, env=_environment(own_machine))
    assert listed.returncode == 0, listed.stderr
    assert "/api/v1/predictions" in listed.stdout


def _environment(folder: Path) -> dict[str, str]:
    root = str(Path(__file__).parents[2])
    return dict(os.environ) | {"PYTHONPATH": root, "PWD": str(folder)}
