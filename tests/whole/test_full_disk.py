"""A real disk that fills up: texts are refused first, votes last, and nothing that was acknowledged is lost."""

import pytest

from movieclassifier.feedback.log.room import RESERVE
from movieclassifier.web import create_app
from tests.support.faults import fill, small_disk

API = "/api/v1/predictions"
REVIEW = "A wonderful, moving film with great acting."


@pytest.fixture
def disk(tmp_path):
    try:
        with small_disk(tmp_path, 100) as place:
            yield place
    except PermissionError as error:
        pytest.skip(str(error))


def test_texts_are_refused_before_votes_and_a_full_disk_says_so(disk, small_model):
    given = {"SECRET_KEY": "test", "MODEL": str(small_model), "VOTES_PER_HOUR": 10**6, "CAP": 1e9}
    app = create_app(given | {"DATABASE_URL": f"sqlite:///{disk}/f.db"})
    client = app.test_client()
    made = [client.post(API, json={"text": f"{REVIEW} {i}"}).json for i in range(60)]

    def vote(one):
        return client.put(f"{API}/{one['id']}/feedback", json={"label": one["label"]})

    assert client.get("/readyz").status_code == 200
    ballast = fill(disk, leave=RESERVE // 2)
    for response in (
        client.post(API, json={"text": REVIEW}),
        client.post("/api/v1/predictions", json={"texts": [REVIEW], "keep": True}),
    ):
        assert response.status_code == 507
        assert "no room on the server's disk for more texts" in response.json["detail"]
    assert client.post(API, json={"text": REVIEW, "keep": False}).status_code == 201
    ready = client.get("/readyz")
    assert (ready.status_code, "no room on the server's disk" in ready.json["detail"]) == (503, True)
    acknowledged = [vote(one).json for one in made[:20]]
    assert all(one["status"] == "applied" for one in acknowledged)

    ballast.unlink()
    ballast = fill(disk)
    refused = [response for response in map(vote, made[20:]) if response.status_code != 200]
    assert {response.status_code for response in refused} == {507}
    assert refused[-1].json["detail"] == "There is no room on the server's disk."
    assert int(refused[-1].headers["Retry-After"]) > 0
    assert client.get("/").status_code == 200
    assert client.get(f"{API}/{made[0]['id']}").json["feedback"] == acknowledged[0]

    ballast.unlink()
    assert {vote(one).status_code for one in made[20:]} == {200}
    assert [vote(one).json for one in made[:20]] == acknowledged
    assert client.get("/readyz").status_code == 200
    before = app.extensions["movieclassifier"].facts().weights_sha256
    app.extensions["movieclassifier"].close()
    again = create_app(given | {"DATABASE_URL": f"sqlite:///{disk}/f.db"}).extensions["movieclassifier"]
    assert again.facts().weights_sha256 == before
    again.close()
