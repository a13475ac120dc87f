"""The document describes what the live endpoints take and give."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from movieclassifier.live.settings import MAX_PER_PAGE
from movieclassifier.live.sources import POSTS
from movieclassifier.live.sources.asking import Query
from movieclassifier.web.api.live_openapi import describe_live, live_schemas


def test_limits_of_the_document_are_those_in_force():
    paths = describe_live(lambda *statuses: {status: {} for status in statuses})
    parameters = {found["name"]: found["schema"] for found in paths["/api/v1/live/items"]["get"]["parameters"]}
    assert parameters["limit"]["maximum"] == MAX_PER_PAGE
    assert set(paths["/api/v1/live/searches"]["post"]["responses"]) >= {"200", "202", "429"}
    assert live_schemas()["SearchRequest"]["properties"]["source"]["enum"] == list(POSTS)


@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=30))
@example("#\x1f \x85")
@example("a\u202eb")
@example("\u00a0#")
def test_the_pattern_of_a_search_takes_what_the_server_does(query):
    try:
        is_taken = bool(Query(query).words)
    except ValueError:
        is_taken = False
    pattern = live_schemas()["SearchRequest"]["properties"]["query"]["pattern"]
    assert bool(re.search(pattern, query)) == is_taken
