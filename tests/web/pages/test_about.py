import re
from types import SimpleNamespace

import pytest

from movieclassifier import train
from movieclassifier.models.abstaining import Thresholds
from movieclassifier.models.persistence import BUNDLED, load_classifier
from movieclassifier.web.pages.about import measured_facts, measured_words, threshold_facts
from tests.support.visitors import PAN, REVIEW, Visitor, words_of


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
    assert page.count('<svg viewBox="0 0 640') == page.count('<section class="card">') - 1 == 3
    assert page.count('<svg viewBox="0 0 640') == page.count('role="img" aria-label=') - 1


def test_the_share_of_correct_answers_is_drawn_once_ten_people_have_voted(visitor):
    for n in range(9):
        visitor.vote(visitor.classify(f"{REVIEW} It is number {n}."), "positive")
    assert "Correct answers over the votes so far" not in visitor.read("/model")
    visitor.vote(visitor.classify(), "positive")
    assert "Correct answers over the votes so far" in visitor.read("/model")


def test_accuracy_on_texts_that_the_model_had_seen_is_not_shown_as_its_accuracy(make_app):
    page = Visitor(make_app(MODEL=f"movieclassifier/{BUNDLED}")).read("/model")
    assert "while it was trained</h2>" not in page


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


def metrics_of(n_documents, accuracy, error):
    figures = {"standard_error": 0.0, "log_loss": 0.3, "roc_auc": None, "per_class": {}}
    return figures | {"n_documents": n_documents, "accuracy": accuracy, "calibration_error": error}


def facts_of(measured):
    return SimpleNamespace(measured=measured)


def test_few_texts_are_not_said_to_tell_how_far_a_probability_holds():
    words = measured_words(facts_of(metrics_of(20, 1.0, 0.0)))
    assert words.startswith("It answered 20 of 20 texts right that it had not seen. So few texts say little")
    rows = dict(measured_facts(metrics_of(20, 1.0, 0.0)))
    assert rows["Accuracy"] == "100.00%, 95% interval 83.9% to 100.0%"
    assert "Calibration error" not in rows
    assert "Calibration error" in dict(measured_facts(metrics_of(500, 0.9, 0.02)))


@pytest.mark.parametrize(
    ("error", "about"), [(0.004, "about 80 in"), (0.03, "about 77 to 83 in"), (0.3, "50 to 100 in")]
)
def test_what_80_in_100_means_is_a_range_of_shares(error, about):
    assert about in measured_words(facts_of(metrics_of(500, 0.9, error)))


@pytest.mark.parametrize(("n_texts", "n_curves"), [(90, 0), (3000, 1)])
def test_a_training_of_one_minibatch_has_no_curve(make_app, tmp_path, n_texts, n_curves):
    pairs = [(f"{word} {n}", word) for n in range(n_texts // 2) for word in ("fine", "dull")]
    train(pairs, n_holdout=0).save(tmp_path / "model")
    page = Visitor(make_app(MODEL=str(tmp_path / "model"))).read("/model")
    assert page.count(">Accuracy on new texts while it was trained</h2>") == n_curves


@pytest.mark.parametrize(("n_documents", "live", "shown"), [(199, True, False), (200, True, True), (200, False, False)])
def test_from_200_held_out_texts_the_chances_for_the_news_are_told(make_app, n_documents, live, shown):
    chosen = Thresholds((0.9, 0.8, 0.7), coverage=0.95, n_documents=n_documents)
    app = make_app()
    facts = app.extensions["movieclassifier"].facts()
    facts.metadata["threshold"] = chosen.to_dict()
    if live:
        page = words_of(Visitor(app).read("/about"))
    else:  # as without the extra
        app.view_functions = {name: view for name, view in app.view_functions.items() if not name.startswith("live.")}
        with app.test_request_context():
            page = str(threshold_facts(facts))
    said = (
        "a headline counts as one of the labels if its chance is at least 0.90, a teaser at least 0.80, an article at "
        "least 0.70, and as “other” below that; 95% of texts that the model had not seen reach it"
    )
    assert (said in page) is shown
