"""Bases that are damaged in the database are said to be so, with the name of the database."""

import re

import pytest
from sqlalchemy import text

from movieclassifier.feedback.log.bases import load_base
from movieclassifier.feedback.log.database import snapshot, transaction
from movieclassifier.feedback.log.errors import Damaged
from movieclassifier.web import create_app
from tests.support.services import open_service, write_model


def damage(service, change):
    with transaction(service.store.engine) as connection:
        record = connection.scalar(text("SELECT record FROM mc_bases"))
        connection.execute(text("UPDATE mc_bases SET record = :record"), {"record": change(bytes(record))})


@pytest.mark.parametrize(
    "change", [lambda record: record[:-9], lambda record: record[:500] + bytes([record[500] ^ 1]) + record[501:]]
)
def test_a_damaged_record_names_the_database(tmp_path, database_url, change):
    service = open_service(database_url, write_model(tmp_path / "m.npz"))
    damage(service, change)
    with snapshot(service.store.engine) as connection, pytest.raises(Damaged) as error:
        load_base(connection, 1)
    assert re.search(r"base version 1 in .+(feedback\.db|test_.+) cannot be used: ", str(error.value))


def test_votes_of_a_base_that_cannot_be_read_are_damage(tmp_path, database_url):
    service = open_service(database_url, write_model(tmp_path / "m.npz"))
    with transaction(service.store.engine) as connection:
        connection.execute(text("UPDATE mc_bases SET folded = '[[1]'"))
    with pytest.raises(Damaged, match="holds votes in base version 1 that cannot be read"), service.model():
        pass


def test_a_server_on_a_damaged_database_is_unavailable_at_every_address(tmp_path):
    url = f"sqlite:///{tmp_path}/f.db"
    service = open_service(url, write_model(tmp_path / "m.npz"))
    damage(service, lambda record: record[:-9])
    app = create_app({"DATABASE_URL": url, "MODEL": str(tmp_path / "m.npz"), "SECRET_KEY": "test"})
    client = app.test_client()
    assert {path: client.get(path).status_code for path in ("/healthz", "/readyz", "/", "/api/v1/model")} == {
        "/healthz": 503, "/readyz": 503, "/": 503, "/api/v1/model": 503,
    }  # fmt: skip
    app.extensions["movieclassifier"].close()
