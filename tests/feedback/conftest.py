"""A service on SQLite over a small model; whatever a test opens is closed after it."""

import pytest

from tests.support.services import close_services, open_service, write_model


@pytest.fixture(autouse=True)
def _close_services():
    yield
    close_services()


@pytest.fixture
def model(tmp_path):
    return write_model(tmp_path / "m.npz")


@pytest.fixture
def service(tmp_path, model):
    return open_service(f"sqlite:///{tmp_path}/f.db", model)
