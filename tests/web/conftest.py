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
