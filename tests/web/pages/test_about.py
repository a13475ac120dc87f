import re

import pytest

from movieclassifier.models.persistence import BUNDLED, load_classifier
from tests.support.visitors import PAN, REVIEW, Visitor, words_of

SMALL: dict[str, str] = {}
SEVERAL_PASSES = {"MODEL": f"movieclassifier/{BUNDLED}"}


@pytest.fixture
def visitor(make_app):
    return Visitor(make_app())


def test_about_tells_what_is_served_and_how_good_it_is(visitor, small_model):
    metrics = load_classifier(small_model).metadata["metrics"]
    page = words_of(visitor.read("/about"))
    assert "sample_reviews.csv" in page
    assert f"{metrics['accuracy']:.2%}" in page
    assert "It has taken in no votes; " in page
    assert "A vote acts at once, within bounds." in page
    visitor.vote(visitor.classify(), "negative")
    assert "It has taken in 1 vote; " in words_of(visitor.read("/about"))


def test_votes_that_the_base_holds_are_not_said_to_be_on_top(make_app):
    visitor = Visitor(app := make_app())
    visitor.vote(visitor.classify(), "negative")
    assert "version 1 with 1 vote on top" in words_of(visitor.read("/about"))
    app.extensions["movieclassifier owner"].update("ada", tolerance=1)
    page = words_of(visitor.read("/about"))
    assert "version 2 with no votes on top" in page
    assert "It has taken in 1 vote, none of them since its last base was made; " in page


def test_about_says_how_long_a_review_is_kept(visitor):
    page = words_of(visitor.read("/about"))
    assert (
        "nobody votes on is deleted after a day, or when you delete it in your history. One with a vote stays, " in page
    )


def test_about_tells_votes_for_the_owner_from_votes_for_the_next_check(make_app):
    visitor = Visitor(make_app(CAP=1e-9))
    assert "No votes wait for review." in words_of(visitor.read("/about"))
    for n, label in enumerate(["negative", "positive"] * 3):  # the first five act whatever their size
        visitor.vote(visitor.classify(f"{REVIEW} Number {n}."), label)
    for n in range(2):
        visitor.vote(visitor.classify(f"{PAN} Number {n}."), "positive")
    visitor.vote(visitor.classify(f"{REVIEW} Number 0."), "negative")
    assert "1 vote waits for review, 3 for its next update." in words_of(visitor.read("/about"))


def test_model_shows_votes_and_words_as_pictures_with_the_same_facts_in_a_table(visitor):
    assert "There are no votes yet" in visitor.read("/model")
    visitor.vote(visitor.classify(), "negative")
    visitor.vote(visitor.classify(PAN), "negative")
    page = visitor.read("/model")
    assert "People called 50% of the answers correct, in 2 votes on 2 texts." in words_of(page)
    assert page.count('<svg viewBox="0 0 640') == page.count('<section class="card">') - 1 == 4
    assert page.count('<svg viewBox="0 0 640') == page.count('role="img" aria-label=') - 1


def test_the_share_of_correct_answers_is_drawn_once_ten_people_have_voted(visitor):
    for n in range(9):
        visitor.vote(visitor.classify(f"{REVIEW} It is number {n}."), "positive")
    assert "Correct answers over the votes so far" not in visitor.read("/model")
    visitor.vote(visitor.classify(), "positive")
    assert "Correct answers over the votes so far" in visitor.read("/model")


@pytest.mark.parametrize(("model", "n"), [(SMALL, 1), (SEVERAL_PASSES, 0)])
def test_accuracy_on_texts_that_the_model_had_seen_is_not_shown_as_its_accuracy(make_app, model, n):
    page = Visitor(make_app(**model)).read("/model")
    assert page.count(">Accuracy on new texts while it was trained</h2>") == n


def test_strongest_words_of_the_model_speak_for_their_label(visitor):
    page = visitor.read("/model")
    chart = page[page.index("The strongest words") :]
    rows = re.findall(r'<th scope="row">(\w+)</th><td class="num">[^<]+</td><td class="num">([+−])\d', chart)
    assert {(name, sign) for name, sign in rows} == {("negative", "−"), ("positive", "+")}


def test_the_guard_set_tells_how_good_the_model_is_now(visitor):
    page = words_of(visitor.read("/model"))
    assert re.search(r"With the votes it has learned, it answers \d+ of \d+ guard texts right now: ", page)
    assert "Does it know how sure it may be?" in page


@pytest.mark.parametrize("path", ["/about", "/model"])
def test_a_model_of_the_sample_is_marked(visitor, make_app, path):
    assert "trained on the few hundred sample reviews" in words_of(visitor.read(path))


def test_bundled_model_says_that_it_is_bundled(make_app, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    visitor = Visitor(make_app(MODEL=None))
    assert "the small model that ships with the program" not in words_of(visitor.read("/"))  # for the owner alone
    assert "the small model that ships with the program" in words_of(visitor.read("/about"))


def test_votes_beyond_the_cap_are_not_given_as_more_than_all_of_it(make_app):
    visitor = Visitor(make_app(CAP=1e-9))
    visitor.vote(visitor.classify(), "negative")
    page = words_of(visitor.read("/model"))
    assert "Votes have moved this small model farther than they may" in page
    assert "So few texts cannot judge a single vote." in page
