"""The owner's settings and list of newspapers."""

import pytest

from movieclassifier.live.settings import read_live_settings


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ALLOW", "localhost", "a list of host:port"),
        ("ALLOW", "a b:80", "a list of host:port"),
        ("COLLECT", "maybe", "1 or 0"),
        ("KEEP_DAYS", "0", "at least 1"),
        ("PAUSE", "-1", "a number of seconds"),
        ("PAUSE", "nan", "a number of seconds"),
        ("CONTACT", "Zürich", "in ASCII"),
        ("CONTACT", "a\r\nb", "in ASCII"),
    ],
)
def test_setting_that_cannot_be_understood_is_refused(name, value, words):
    with pytest.raises(ValueError, match=f"MOVIECLASSIFIER_LIVE_{name} must be .*{words}"):
        read_live_settings({}, {f"MOVIECLASSIFIER_LIVE_{name}": value})


def test_what_is_given_goes_before_the_environment():
    environ = {
        "MOVIECLASSIFIER_LIVE_KEEP_DAYS": "7",
        "MOVIECLASSIFIER_LIVE_COLLECT": "off",
        "MOVIECLASSIFIER_NEWSPAPERS": "a",
    }
    found = read_live_settings({"LIVE_KEEP_DAYS": 3, "NEWSPAPERS": "b"}, environ)
    assert (found.keep_days, found.collect, found.newspapers) == (3, False, "b")
    assert read_live_settings({}, {}).collect
