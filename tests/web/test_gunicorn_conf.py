"""The settings of gunicorn, as the environment makes them."""

import signal
import subprocess
import sys

import pytest

SHOW = "from movieclassifier import gunicorn_conf as g; print(g.bind, g.workers, g.worker_class)"


def settings_in(environ):
    run = subprocess.run([sys.executable, "-c", SHOW], env=environ, capture_output=True, text=True, check=False)
    return run.stdout.split(), run.stderr


@pytest.mark.parametrize(
    ("environ", "bind"), [({}, "127.0.0.1:8000"), ({"PORT": "5000"}, "0.0.0.0:5000"), ({"PORT": ""}, "127.0.0.1:8000")]
)
def test_a_platform_says_where_to_listen(environ, bind):
    (found, *_), errors = settings_in(environ)
    assert (found, errors) == (bind, "")


def test_the_worker_is_found_under_the_name_that_the_settings_give(monkeypatch):
    from gunicorn.util import load_class

    from movieclassifier.web.gunicorn_conf import worker_class
    from movieclassifier.web.worker import Worker

    assert load_class(worker_class) is Worker


def test_the_number_of_workers_comes_from_the_environment():
    assert settings_in({"WEB_CONCURRENCY": "3"})[0][1] == "3"


def test_worker_collects_news_only_where_it_may(make_app):
    from types import SimpleNamespace

    from movieclassifier.web.gunicorn_conf import post_worker_init

    app = make_app(LIVE_COLLECT=False)
    before = signal.getsignal(signal.SIGINT)
    try:
        post_worker_init(SimpleNamespace(app=SimpleNamespace(wsgi=lambda: app)))
    finally:
        signal.signal(signal.SIGINT, before)
    assert app.extensions["movieclassifier live"]._thread is None


def test_gunicorn_takes_the_addresses_that_the_worker_lets_through():
    from movieclassifier.web.arriving import MAX_LINE
    from movieclassifier.web.gunicorn_conf import limit_request_line

    assert limit_request_line == MAX_LINE
