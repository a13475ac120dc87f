import re

import pytest

from movieclassifier.feedback.settings import Settings
from movieclassifier.web.api.openapi import describe


def references(part):
    """Return all references in a document."""
    if isinstance(part, dict):
        own = [part["$ref"]] if "$ref" in part else []
        return own + [found for value in part.values() for found in references(value)]
    return [found for value in part for found in references(value)] if isinstance(part, list) else []


@pytest.mark.parametrize("with_live", [False, True])
def test_every_reference_leads_to_a_part_of_the_document(with_live):
    document = describe(Settings(), ["negative", "positive"], with_live=with_live)
    found = references(document)
    assert len(found) > 20
    for reference in found:
        part = document
        for name in reference.removeprefix("#/").split("/"):
            part = part[name]


@pytest.mark.parametrize(("with_live", "n"), [(False, 6), (True, 8)])
def test_every_operation_has_a_name_of_its_own_and_a_summary(with_live, n):
    document = describe(Settings(), ["negative", "positive"], with_live=with_live)
    operations = [part for path in document["paths"].values() for name, part in path.items() if name != "parameters"]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names) == n
    assert all(re.fullmatch(r"[A-Z].*\.", operation["summary"]) for operation in operations)
