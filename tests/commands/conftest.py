"""A service on the database and with the model that the commands find in the environment."""

import pytest

from tests.support.services import close_services, open_service, write_model


@pytest.fixture
def service(tmp_path, monkeypatch):
    """Return the service; it is closed after the test."""
    model, url = write_model(tmp_path / "m.npz"), f"sqlite:///{tmp_path}/f.db"
    monkeypatch.setenv("DATABASE_URL", url)
    for name, value in {"MODEL": str(model), "CAP": "1e9", "VOTE_SHARE": "1", "TOLERANCE": "1"}.items():
        monkeypatch.setenv(f"MOVIECLASSIFIER_{name}", value)
    yield open_service(url, model)
    close_services()
