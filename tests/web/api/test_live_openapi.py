"""The document describes what the live endpoints take and give."""

from movieclassifier.live.settings import MAX_PER_PAGE
from movieclassifier.live.sources import POSTS
from movieclassifier.web.api.live_openapi import describe_live, live_schemas


def test_limits_of_the_document_are_those_in_force():
    paths = describe_live(lambda *statuses: {status: {} for status in statuses})
    parameters = {found["name"]: found["schema"] for found in paths["/api/v1/live/items"]["get"]["parameters"]}
    assert parameters["limit"]["maximum"] == MAX_PER_PAGE
    assert set(paths["/api/v1/live/searches"]["post"]["responses"]) >= {"200", "202", "429"}
    assert live_schemas()["SearchRequest"]["properties"]["source"]["enum"] == list(POSTS)
