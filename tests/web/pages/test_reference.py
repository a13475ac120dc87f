import json
import re
import shlex
from html import unescape

import pytest

from tests.support.visitors import Visitor


@pytest.fixture
def visitor(make_app):
    return Visitor(make_app())


def test_every_operation_is_shown_with_its_answers(visitor):
    page = visitor.read("/api")
    document = visitor.get("/api/v1/openapi.json").json
    for path, methods in document["paths"].items():
        for name, operation in methods.items():
            if name != "parameters":
                assert f'<h2 id="{operation["operationId"]}">' in page
                assert f"<code>{path}</code>" in page
                assert all(f"<dt>{status}</dt>" in page for status in operation["responses"])


def test_the_calls_can_be_made_as_they_stand(visitor):
    calls = [unescape(call) for call in re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", visitor.read("/api"), re.S)]
    id, statuses = "ID", []
    assert any("/live/searches" in call and '{"query": "#film"}' in call for call in calls)
    for call in calls:
        if "/live/searches" in call:  # it would ask a server outside
            continue
        words = shlex.split(call.replace("\\\n", " "))
        assert words[:2] == ["curl", "-s"]
        [address] = [word for word in words if word.startswith("http://localhost/")]
        data = words[words.index("-d") + 1] if "-d" in words else None
        method = words[words.index("-X") + 1] if "-X" in words else ("POST" if data else "GET")
        response = visitor.client.open(
            address.replace("ID", id), method=method, json=json.loads(data) if data else None
        )
        id = response.json.get("id", id) if response.is_json else id
        statuses.append(response.status_code)
    assert statuses == [201, 200, 204, 200, 204, 200, 200]
