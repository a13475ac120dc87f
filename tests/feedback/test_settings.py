"""Settings: what is given, else the environment, else a safe default."""

import pytest

from movieclassifier.feedback.settings import read_settings


def test_on_ones_own_machine_votes_act_at_once():
    settings = read_settings({}, {})
    assert (settings.deployed, settings.mode, settings.cap) == (False, "instant", 0.1)
    assert settings.database_url == "sqlite:///instance/feedback.db"


@pytest.mark.parametrize(
    "environ", [{"DYNO": "web.1"}, {"KUBERNETES_SERVICE_HOST": "10.0.0.1"}, {"MOVIECLASSIFIER_DEPLOYED": "yes"}]
)
def test_deployed_they_wait_for_a_review(environ):
    settings = read_settings({}, environ)
    assert (settings.deployed, settings.mode) == (True, "review")
    assert read_settings({"MODE": "instant"}, environ).mode == "instant"


def test_the_environment_can_deny_that_it_is_deployed():
    assert not read_settings({}, {"DYNO": "web.1", "MOVIECLASSIFIER_DEPLOYED": "0"}).deployed


def test_what_is_given_goes_before_the_environment():
    environ = {
        "DATABASE_URL": "sqlite:///there.db",
        "MOVIECLASSIFIER_CAP": "0.5",
        "MOVIECLASSIFIER_VOTES_PER_HOUR": "9",
    }
    settings = read_settings({"DATABASE_URL": "sqlite:///here.db", "CAP": None}, environ)
    assert (settings.database_url, settings.cap, settings.rates["votes"].limit) == ("sqlite:///here.db", 0.5, 9)
    assert settings.rates["predictions"].limit == 120


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"MODE": "wild"}, "MOVIECLASSIFIER_MODE must be one of instant, review; got 'wild'"),
        ({"CAP": "much"}, "MOVIECLASSIFIER_CAP must be a number; got 'much'"),
        ({"CAP": 0}, "MOVIECLASSIFIER_CAP must be above 0"),
        ({"DEPLOYED": "perhaps"}, "MOVIECLASSIFIER_DEPLOYED must be 1 or 0"),
        ({"LIFETIME_DAYS": "a"}, "MOVIECLASSIFIER_LIFETIME_DAYS must be a whole number"),
        ({"LIFETIME_DAYS": 0}, "MOVIECLASSIFIER_LIFETIME_DAYS must be at least 1"),
        ({"MIN_LENGTH": 50, "MAX_LENGTH": 20}, "MOVIECLASSIFIER_MIN_LENGTH must be between 1 and max_length"),
        ({"VOTES_PER_HOUR": "many"}, "MOVIECLASSIFIER_VOTES_PER_HOUR must be a whole number"),
    ],
)
def test_a_wrong_setting_is_explained(given, message):
    with pytest.raises(ValueError, match=message):
        read_settings(given, {})
