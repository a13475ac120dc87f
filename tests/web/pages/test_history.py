import re

import pytest

from tests.support.visitors import PAN, REVIEW, Visitor, words_of


@pytest.fixture
def app(make_app):
    return make_app()


@pytest.fixture
def visitor(app):
    return Visitor(app)


def test_history_lists_this_session_only_with_its_votes(app, visitor):
    Visitor(app).classify(PAN)
    id = visitor.classify()
    page = visitor.read("/history")
    assert f"/results/{id}/vote" in page
    assert "dull" not in page
    visitor.vote(id, "negative")
    page = visitor.read("/history")
    assert f"/results/{id}/undo" in page
    assert f"/results/{id}/change" in page
    assert "You said: Incorrect, it is negative." in words_of(page)


def test_history_comes_in_pages(make_app):
    visitor = Visitor(make_app(PREDICTIONS_PER_MINUTE=100))
    for n in range(27):
        visitor.classify(f"Review number {n} of this film, which is fine.")
    first, second = visitor.read("/history"), visitor.read("/history?page=2")
    assert len(first.encode()) < 60_000
    assert "number 26 of" in first
    assert "number 0 of" in second
    assert (first.count('class="excerpt"'), second.count('class="excerpt"')) == (25, 2)
    assert words_of(visitor.read("/history?page=99")) == words_of(second)
    assert words_of(visitor.read("/history?page=-1")) == words_of(visitor.read("/history?page=x")) == words_of(first)


def shown(page):
    return re.findall(r'<p class="excerpt">([^<]*)</p>', page)


@pytest.mark.parametrize(
    ("query", "n"),
    [
        ("?search=wonderful", 1),
        ("?search=WASTE+dull", 1),
        ("?search=nothing", 0),
        ("?only=with+a+vote", 1),
        ("?only=without+a+vote", 1),
        ("?only=negative", 2),
        ("?only=positive", 0),
        ("?only=nonsense", 0),
    ],
)
def test_texts_are_found_by_their_words_votes_and_labels(visitor, query, n):
    visitor.vote(visitor.classify(), "negative")
    visitor.classify(PAN)
    page = visitor.read(f"/history{query}")
    assert len(shown(page)) == n
    assert ("Nothing was found among your 2 texts." in words_of(page)) == (n == 0)


def test_one_text_is_deleted_from_the_disk(visitor, tmp_path):
    id = visitor.classify("Zyzzyva is the word of this text, and it goes.")
    kept = visitor.classify()
    assert visitor.send(f"/history/delete/{id}").location == "/history"
    page = visitor.read("/history")
    assert "1 text deleted." in page
    assert f"/results/{kept}" in page
    assert visitor.get(f"/results/{id}").status_code == 404


def test_a_text_with_a_vote_leaves_the_list_and_stays_in_the_log(visitor, app):
    id = visitor.classify()
    visitor.vote(id, "negative")
    visitor.send(f"/history/delete/{id}")
    page = visitor.read("/history")
    assert "1 text with a vote stays in the log of the model" in page
    assert visitor.get(f"/results/{id}").status_code == 404
    assert app.extensions["movieclassifier owner"].entries().total == 1
    assert "1 vote on" in visitor.read("/model")


def test_only_the_texts_of_this_session_are_deleted_after_a_question(visitor, app):
    stranger = Visitor(app)
    other = stranger.classify()
    for n in range(3):
        visitor.classify(f"{REVIEW} Number {n}.")
    assert "3 texts of this session are deleted." in words_of(visitor.read("/history/clear"))
    visitor.send("/history/clear")
    assert "3 texts deleted." in visitor.read("/history")
    assert stranger.get(f"/results/{other}").status_code == 200


@pytest.mark.parametrize("path", ["/history/clear", "/history/delete/{}"])
def test_nothing_is_deleted_without_the_token_or_by_strangers(visitor, app, path):
    id = visitor.classify()
    assert visitor.client.post(path.format(id)).status_code == 400
    Visitor(app).send(path.format(id))
    assert f"/results/{id}" in visitor.read("/history")
