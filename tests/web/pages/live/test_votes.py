"""A vote on an item is an ordinary vote, and leads back to where it came from."""

import pytest
from sqlalchemy import delete

from movieclassifier.feedback.log.database import transaction
from movieclassifier.feedback.log.live.schema import items as items_table
from tests.support.live_pages import items_on
from tests.support.visitors import Visitor, words_of


def test_vote_on_an_item_is_a_vote_in_the_one_log(ada, read):
    id = items_on(ada.read("/live?paper=The+Lund+Courier"))[0]
    token = ada.token("/live")
    response = ada.client.post(
        f"/live/items/{id}/vote?back=sort%3Dunsure", data={"csrf_token": token, "label": "politics"}
    )
    assert response.status_code == 303
    assert response.location == f"/live?sort=unsure#item-{id}"
    entries = read.extensions["movieclassifier owner"].entries().items
    assert [(entry.label, entry.status) for entry in entries] == [("politics", "applied")]
    assert "said: politics" in words_of(ada.read("/live"))
    assert "politics" in words_of(ada.read("/history"))
    ada.client.post(f"/live/items/{id}/vote", data={"csrf_token": token, "label": "sport"})
    entries = read.extensions["movieclassifier owner"].entries(status="applied").items
    assert [entry.label for entry in entries] == ["sport"]


def test_second_person_s_vote_on_the_same_item_waits(ada, read):
    bob = Visitor(read)
    id = items_on(ada.read("/live"))[3]
    for visitor in (ada, bob):
        visitor.client.post(f"/live/items/{id}/vote", data={"csrf_token": visitor.token("/live"), "label": "tech"})
    statuses = [entry.status for entry in read.extensions["movieclassifier owner"].entries().items]
    assert sorted(statuses) == ["applied", "waiting"]


def test_correction_is_seen_on_the_page_at_once(ada):
    page = ada.read("/live?paper=The+Lund+Odd&sort=unsure")
    id = items_on(page)[-1]
    ada.client.post(f"/live/items/{id}/vote", data={"csrf_token": ada.token("/live"), "label": "business"})
    assert "Filed under business" in words_of(ada.read(f"/live/items/{id}")) or "other" in ada.read(f"/live/items/{id}")


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [
        ("/live/items/1/vote", {}, 400),
        ("/live/items/1/vote", {"label": "nonsense"}, 400),
        ("/live/items/99999/vote", {"label": "sport"}, 404),
    ],
)
def test_votes_that_are_refused(ada, path, data, status):
    assert ada.client.post(path, data={"csrf_token": ada.token("/live")} | data).status_code == status


def test_vote_on_an_item_that_has_gone_is_told(ada, read):
    id = items_on(ada.read("/live"))[0]
    with transaction(read.extensions["movieclassifier"].log.store.engine) as connection:
        connection.execute(delete(items_table).where(items_table.c.id == int(id)))
    response = ada.client.post(f"/live/items/{id}/vote", data={"csrf_token": ada.token("/live"), "label": "sport"})
    assert response.status_code == 404
    assert len(items_on(ada.read("/live"))) == 13


def test_vote_without_a_token_is_refused(ada):
    assert ada.client.post("/live/items/1/vote", data={"label": "sport"}).status_code == 400


def test_why_shows_what_spoke_for_it_and_only_a_part_of_the_text(ada, read):
    page = words_of(ada.read(f"/live/items/{items_on(ada.read('/live?paper=The+Lund+Courier'))[0]}"))
    assert "Filed under" in page
    assert "These are its first 300 characters" in page
    assert "starting point" in page
    assert ada.get("/live/items/99999").status_code == 404


def test_vote_on_a_post_leads_back_to_the_search(ada):
    id = items_on(ada.read("/live/hashtag?q=lund"))[0]
    response = ada.client.post(
        f"/live/items/{id}/vote?search=q%3Dlund%26source%3Dmastodon",
        data={"csrf_token": ada.token("/live"), "label": "tech"},
    )
    assert response.location == f"/live/hashtag?q=lund&source=mastodon#item-{id}"


def test_model_that_changed_while_judging_is_judged_again(ada, read):
    live = read.extensions["movieclassifier live"]
    id = items_on(ada.read("/live"))[0]
    assert live.judge() == 0
    ada.client.post(f"/live/items/{id}/vote", data={"csrf_token": ada.token("/live"), "label": "sport"})
    assert live.judge(5) == 5
    assert live.judge() == 9
    assert live.judge() == 0


def test_label_that_nobody_may_vote_for_leaves_no_prediction(ada, read):
    data = {"csrf_token": ada.token("/live"), "label": "nonsense"}
    response = ada.client.post("/live/items/1/vote", data=data)
    assert response.status_code == 400
    assert "the label must be one of business, politics, sport, tech, other; got 'nonsense'" in words_of(response.text)
    assert read.extensions["movieclassifier"].stats().n_predictions == 0


@pytest.mark.parametrize(
    ("query", "location"),
    [
        ("", "/live#item-1"),
        ("?back=topic%3Dsport%26page%3D2", "/live?topic=sport&page=2#item-1"),
        ("?why=1", "/live/items/1"),
        ("?back=//evil.example", "/live#item-1"),
        ("?back=x%3D%250d%250aLocation:%2520x", "/live?x=%0D%0ALocation%3A+x#item-1"),
        ("?back=a%3D1%0d%0aSet-Cookie:%20x", "/live?a=1%0D%0ASet-Cookie%3A+x#item-1"),
        ("?search=q%3D%2523lund%26source%3Dmastodon", "/live/hashtag?q=%23lund&source=mastodon#item-1"),
        (f"?back={'paper%3D' + 'x' * 4000}", f"/live?paper={'x' * 1994}#item-1"),
    ],
)
def test_vote_leads_back_to_where_it_came_from_and_nowhere_else(ada, query, location):
    data = {"csrf_token": ada.token("/live"), "label": "sport"}
    response = ada.client.post(f"/live/items/1/vote{query}", data=data)
    assert (response.status_code, response.location) == (303, location)


def test_vote_on_the_second_page_leads_back_to_it(ada):
    page = ada.read("/live?n=5&page=2&sort=unsure")
    assert "/vote?back=sort%3Dunsure%26page%3D2" in page
