"""Values in a database that this program did not write: one line that names the database, never a bug's traceback."""

import json
import shutil
import zlib

import pytest
from sqlalchemy import text

from movieclassifier.feedback.evidence import read_explanation
from movieclassifier.feedback.log.errors import Damaged, Misread
from movieclassifier.feedback.log.stored import MAX_INFLATED, inflate, read_pairs, read_probabilities, taking_apart
from tests.support.services import ADA, SMALL, TEXTS, close_services, contradict, open_service, write_model


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A model, and the database of a server that has learned one vote."""
    folder = tmp_path_factory.mktemp("served")
    service = open_service(f"sqlite:///{folder}/f.db", write_model(folder / "m/classifier.npz"))
    contradict(service, TEXTS[0])
    close_services()
    return folder


@pytest.fixture
def service(files, tmp_path):
    shutil.copy(files / "f.db", tmp_path)
    yield open_service(f"sqlite:///{tmp_path}/f.db", files / "m/classifier.npz")
    close_services()


def forge(service, statement, **values):
    with service.store.engine.begin() as connection:
        connection.execute(text(statement), values)


@pytest.mark.parametrize(
    ("statement", "ask", "what"),
    [
        ("UPDATE mc_votes SET voted_at = 'noon'", lambda it: it.owner.entries(), "'noon' in place of a whole number"),
        ("UPDATE mc_votes SET label = x'00'", lambda it: it.owner.entries(), "in place of text"),
        ("UPDATE mc_votes SET voted_at = 1e18", lambda it: it.owner.entries(), "in place of a time"),
        ("UPDATE mc_votes SET features = 'x'", lambda it: it.owner.update("owner"), "in place of bytes"),
        ("UPDATE mc_bases SET guard_accuracy = 'x'", lambda it: it.owner.update("owner"), "'x' in place of a number"),
        ("UPDATE mc_predictions SET probabilities = '[]'", lambda it: it.history(ADA), "a prediction that cannot be"),
        ("UPDATE mc_predictions SET label = 'x'", lambda it: it.history(ADA), "a prediction of 'x', which has no"),
        ("UPDATE mc_votes SET before = '{}'", lambda it: it.history(ADA), "'{}' in place of probabilities"),
        ("UPDATE mc_bases SET folded = '[[1]]'", lambda it: it.owner.update("owner"), "votes in base version 1 that"),
        ("UPDATE mc_bases SET kind = 'update', parent = 1", lambda it: it.owner.update("owner"), "no trained model"),
        ("UPDATE mc_head SET position = -1", lambda it: it.classify(TEXTS[1], ADA), "-1 in place of the number of its"),
        (
            "UPDATE mc_head SET position = 9223372036854775807",
            lambda it: it.classify(TEXTS[1], ADA),
            "in place of the n",
        ),
        ("UPDATE mc_head SET base_version = 'x'", lambda it: it.classify(TEXTS[1], ADA), "no number of the base"),
        ("DELETE FROM mc_head", lambda it: it.owner.update("owner"), "no row, or several, where it had one"),
        ("UPDATE mc_head SET position = 1", lambda it: contradict(it, TEXTS[2]), "rows that contradict each other"),
        ("UPDATE mc_votes SET accepted_at = NULL", lambda it: it.owner.update("owner"), "an accepted vote without the"),
        ("DELETE FROM mc_bases", lambda it: it.facts(), "no row, or several, where it had one"),
    ],
)
def test_forged_row_is_one_line_that_names_the_database(service, statement, ask, what):
    forge(service, statement)
    service.served.forget()
    with pytest.raises(Damaged) as error:
        ask(service)
    assert what in str(error.value)
    assert "f.db holds" in str(error.value)
    assert "put a backup of the database back" in str(error.value)


def test_row_beyond_the_columns_is_damage(service):
    with service.store.engine.begin() as connection:
        features = bytearray(connection.scalar(text("SELECT features FROM mc_votes")))
    features[13:17] = (2**30).to_bytes(4, "little")
    forge(service, "UPDATE mc_votes SET features = :features", features=bytes(features))
    service.served.forget()
    with pytest.raises(Damaged, match="holds votes that cannot be read"), service.model():
        pass


@pytest.mark.parametrize("packed", [b"\x01", b"x\x9c", b"7"], ids=len)
def test_explanation_of_nothing_known_is_damage(packed):
    with pytest.raises(Misread, match="the database holds"):
        read_explanation("a film", packed, SMALL.ngrams)


def test_compressed_bytes_have_a_limit():
    assert inflate(zlib.compress(b"{}")) == b"{}"
    with pytest.raises(Misread, match="cut off, or too many"):
        inflate(zlib.compress(bytes(MAX_INFLATED + 1)))


def test_json_of_a_different_shape_is_damage():
    assert read_pairs("[[1, 2]]") == [(1, 2)]
    for wrong in ('[["1", 2]]', "[[1, 2.5]]", "[[true, 1]]"):
        with pytest.raises(Misread, match="in place of votes"):
            read_pairs(wrong)
    with pytest.raises(Misread, match="in place of probabilities"):
        read_probabilities(json.dumps({"good": float("nan")}))
    with pytest.raises(Misread, match="it that cannot be read"), taking_apart("it"):
        read_probabilities("7")
