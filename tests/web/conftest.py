"""What tests of the web front share."""

import os

import pytest


@pytest.fixture
def own_machine(tmp_path, monkeypatch, small_model):
    """A folder of one's own, and an environment that says nothing."""
    for name in list(os.environ):
        if name.startswith("MOVIECLASSIFIER_") or name in ("SECRET_KEY", "DATABASE_URL", "DYNO", "PORT"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MOVIECLASSIFIER_MODEL", str(small_model))
    return tmp_path


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """A browser without JavaScript."""
    yield from browser_of(tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="module")
def scripted(tmp_path_factory):
    """A browser with JavaScript, which axe-core needs and the pages do not."""
    yield from browser_of(tmp_path_factory.mktemp("scripted"), javascript=True)


def browser_of(profile, **options):
    from tests.support.browsers import opening  # skips where selenium is not installed

    with opening(profile, **options) as browser:
        yield browser
