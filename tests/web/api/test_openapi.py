import re

from movieclassifier.feedback.settings import Settings
from movieclassifier.web.api.openapi import describe


def references(part):
    """Return all references in a document."""
    if isinstance(part, dict):
        own = [part["$ref"]] if "$ref" in part else []
        return own + [found for value in part.values() for found in references(value)]
    return [found for value in part for found in references(value)] if isinstance(part, list) else []


def test_every_reference_leads_to_a_part_of_the_document():
    document = describe(Settings(), ["negative", "positive"])
    found = references(document)
    assert len(found) > 20
    for reference in found:
        part = document
        for name in reference.removeprefix("#/").split("/"):
            part = part[name]


def test_every_operation_has_a_name_of_its_own_and_a_summary():
    document = describe(Settings(), ["negative", "positive"])
    operations = [part for path in document["paths"].values() for name, part in path.items() if name != "parameters"]
    names = [operation["operationId"] for operation in operations]
    assert len(set(names)) == len(names) == 6
    assert all(re.fullmatch(r"[A-Z].*\.", operation["summary"]) for operation in operations)
