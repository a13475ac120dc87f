"""Every text can be stored, and equal ones are known again."""

import pytest

from movieclassifier.feedback.log.texts import clean, text_digest
from tests.support.services import ADA, open_service


@pytest.mark.parametrize("text", ["so\x00good", "half \ud83d of a pair", "\udfff", "🎬 fine", "e\u0301", "\r\n\r"])
def test_every_text_can_be_stored(tmp_path, model, database_url, text):
    service = open_service(database_url, model)
    prediction = service.classify(text, ADA)
    read = service.get(prediction.id, ADA)
    assert read.text == prediction.text == clean(text)
    assert read.explanation.decision == prediction.explanation.decision


@pytest.mark.parametrize(
    ("text", "same"),
    [("So  good!", " so GOOD! "), ("Straße", "STRASSE"), ("a\nb", "a b")],
)
def test_blanks_and_capitals_make_no_different_text(text, same):
    assert text_digest(text) == text_digest(same)
    assert text_digest(text) != text_digest(f"not {text}")


@pytest.mark.parametrize(("text", "stored"), [("a\r\nb\rc", "a\nb\nc"), ("\x00", "\ufffd"), ("\udfff", "\ufffd")])
def test_only_what_no_database_stores_is_replaced(text, stored):
    assert clean(text) == stored
    assert clean(stored) == stored
