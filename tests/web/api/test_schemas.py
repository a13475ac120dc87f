import pytest
from jsonschema import Draft202012Validator, ValidationError

from movieclassifier.feedback.settings import Settings
from movieclassifier.web.api.schemas import MAX_EXPLAINED, MAX_TEXTS, describe_schemas

LABELS = ["negative", "positive"]


@pytest.fixture
def check():
    """Return a function that checks a value against a schema by its name."""
    schemas = describe_schemas(Settings(max_length=100), LABELS)

    def validate(name, value):
        Draft202012Validator(schemas[name] | {"components": {"schemas": schemas}}).validate(value)

    return validate


@pytest.mark.parametrize(
    "body",
    [
        {"text": "fine"},
        {"text": "x" * 100, "explain": False},
        {"texts": ["fine"] * MAX_TEXTS},
        {"texts": ["fine"] * MAX_EXPLAINED, "explain": True},
    ],
)
def test_bodies_that_the_api_takes_have_the_schema(check, body):
    check("PredictionRequest", body)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": ""},
        {"text": "x" * 101},
        {"text": "fine", "texts": ["fine"]},
        {"texts": []},
        {"texts": ["fine"] * (MAX_TEXTS + 1)},
        {"texts": ["fine"] * (MAX_EXPLAINED + 1), "explain": True},
        {"text": "fine", "more": 1},
    ],
)
def test_bodies_that_the_api_refuses_do_not_have_the_schema(check, body):
    with pytest.raises(ValidationError):
        check("PredictionRequest", body)


def test_feedback_is_one_of_the_labels_of_the_model(check):
    check("FeedbackRequest", {"label": "positive"})
    with pytest.raises(ValidationError):
        check("FeedbackRequest", {"label": "neutral"})
