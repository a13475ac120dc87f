"""Retraining on corpus and votes: new words get weights, new labels become classes, and nothing worse is served."""

import csv
import random

import pytest
from click.testing import CliRunner

from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.feedback.log.entities import HELD, NEW_LABEL
from movieclassifier.feedback.log.errors import FeedbackError
from movieclassifier.feedback.owner import Owner
from movieclassifier.feedback.retraining import retrain, retrain_apart
from movieclassifier.feedback.retraining_checks import accuracy_by_name
from movieclassifier.feedback.retraining_material import MIN_NEW_LABEL
from movieclassifier.feedback.updating import UpdateRefused
from tests.support.newsroom import TOPICS, story
from tests.support.services import ADA, open_service

# Words that the corpus of yesterday does not know.
NEW_WORDS = {
    "business": ["startup", "crypto", "fintech", "unicorn", "gigfirm"],
    "politics": ["backstop", "sanctions", "lockdown", "quarantine", "referendum"],
    "sport": ["esports", "vidref", "podium", "playmaker", "wildcard"],
    "tech": ["chatbot", "smartphone", "deepfake", "streamer", "cloudlet"],
    "other": ["comet", "glacier", "vaccine", "orchid", "telescope", "whale", "moss", "virus"],
}


def today(topic, seed, n_words=60):
    """Return a text of today: mostly new words."""
    return story(topic, seed, n_words, NEW_WORDS[topic], 0.97)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Return the corpus and the model of yesterday."""
    from train_online import main

    folder = tmp_path_factory.mktemp("yesterday")
    rows = [(story(topic, 1000 + i, 60), topic) for topic in TOPICS for i in range(100)]
    random.Random(1).shuffle(rows)
    with open(folder / "news.csv", "w", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *rows])
    arguments = [str(folder / "news.csv"), "--model", str(folder), "--n-features", "2**18", "--no-progress"]
    result = CliRunner().invoke(main, [*arguments, "--min-df", "2", "--passes", "2"])
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/feedback.db"


def vote(service, text, label, client=ADA):
    return service.vote(service.classify(text, client).id, label, client)


def accuracy(service, topics, first=500, n=20):
    pairs = [(today(topic, first + i), topic) for topic in topics for i in range(n)]
    with service.model() as classifier:
        return accuracy_by_name(classifier, pairs)


def correct(service, n, topics=TOPICS):
    for i in range(n):
        for topic in topics:
            vote(service, today(topic, i), topic)


def test_new_words_get_weights_only_by_retraining(trained, url):
    service = open_service(url, trained)
    before = accuracy(service, TOPICS)
    correct(service, 7)
    at_once = accuracy(service, TOPICS)
    report = retrain(service.log.store.engine, open_corpus(trained / "news.csv"), "ada")
    after = accuracy(service, TOPICS)
    assert (report.n_votes, report.n_new) == (28, 28)
    assert before <= at_once < after, (before, at_once, after)
    assert after > 0.95
    assert report.on_votes[0] > report.on_votes[1]
    assert report.on_holdout[0] >= report.on_holdout[1] - 0.01
    facts = service.facts()
    assert (facts.version, facts.events_applied, facts.on_top, facts.held) == (2, 28, 0, 0)
    assert facts.measured["n_documents"] == 40
    assert facts.metadata["threshold"]["n_documents"] == 40


def test_the_same_corpus_and_votes_give_the_same_bits(trained, tmp_path):
    digests = set()
    for name in ("a", "b"):
        service = open_service(f"sqlite:///{tmp_path}/{name}.db", trained)
        correct(service, 3)
        report = retrain(service.log.store.engine, open_corpus(trained / "news.csv"), "ada")
        digests.add(report.version.weights_sha256)
    assert len(digests) == 1


def test_other_becomes_a_class_once_it_has_enough_votes(trained, url):
    service, corpus = open_service(url, trained), open_corpus(trained / "news.csv")
    engine = service.log.store.engine
    assert service.votable_labels()[-1] == "other"
    for i in range(MIN_NEW_LABEL - 1):
        cast = vote(service, today("other", i), "other")
        assert (cast.status, cast.reason, cast.before == cast.after) == (HELD, NEW_LABEL, True)
    assert service.facts().held == MIN_NEW_LABEL - 1
    with pytest.raises(UpdateRefused, match=r"'other' has 9 votes, and becomes a label with 10"):
        retrain(engine, corpus, "ada")
    vote(service, today("other", 99), "other")
    correct(service, 1)
    report = retrain(engine, corpus, "ada")
    assert report.new_labels == ("other",)
    assert "New labels: other." in str(report)
    assert service.facts().labels == ("business", "other", "politics", "sport", "tech")
    assert service.facts().held == 0
    assert accuracy(service, ["other"]) > 0.8
    assert vote(service, today("other", 200), "other").status == "applied"


def test_rollback_takes_it_back_and_the_votes_wait(trained, url):
    service, owner = open_service(url, trained), None
    owner = Owner(service.log)
    with service.model() as classifier:
        before = classifier.weights_sha256()
    correct(service, 3)
    retrain(service.log.store.engine, open_corpus(trained / "news.csv"), "ada")
    report = owner.rollback(None, "ada")
    assert report.version.version == 1
    assert report.n_aside == 12
    with service.model() as classifier:
        assert classifier.weights_sha256() == before


def test_vote_that_is_taken_out_later_leaves_the_retrained_base_in_service(trained, url):
    service = open_service(url, trained)
    predictions = [service.classify(today(topic, i), ADA) for topic in TOPICS for i in range(3)]
    for each in predictions:
        service.vote(each.id, each.label, ADA)
    engine, corpus = service.log.store.engine, open_corpus(trained / "news.csv")
    retrain(engine, corpus, "ada")
    digest = service.facts().weights_sha256
    service.undo(predictions[0].id, ADA)
    assert service.facts().weights_sha256 == digest
    assert service.facts().version == 2
    vote(service, today("sport", 77), "sport")
    assert retrain(engine, corpus, "ada").n_votes == 12


def test_retrained_base_is_folded_into_as_any_other(trained, url):
    service = open_service(url, trained)
    correct(service, 2)
    retrain(service.log.store.engine, open_corpus(trained / "news.csv"), "ada")
    vote(service, today("sport", 300), "tech")
    report = Owner(service.log).update("ada", tolerance=1.0)
    assert (report.version.version, report.n_new, report.version.n_folded) == (3, 1, 9)


def test_hostile_votes_are_refused_by_the_guard(trained, url):
    service = open_service(url, trained)
    wrong = dict(zip(TOPICS, [*list(TOPICS)[1:], next(iter(TOPICS))], strict=True))
    for i in range(60):
        for topic in TOPICS:
            vote(service, story(topic, 5000 + i, 60), wrong[topic])
    with pytest.raises(UpdateRefused, match=r"the guard refused|on the last \d+ votes"):
        retrain(service.log.store.engine, open_corpus(trained / "news.csv"), "ada")
    assert service.facts().version == 1


def test_corpus_that_lacks_a_label_is_refused(trained, url, tmp_path):
    service = open_service(url, trained)
    correct(service, 1)
    rows = [(story(topic, i, 30), topic) for i in range(30) for topic in ("sport", "tech")]
    with open(tmp_path / "half.csv", "w", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *rows])
    with pytest.raises(UpdateRefused, match="no document of 'business', 'politics', which the served model knows"):
        retrain(service.log.store.engine, open_corpus(tmp_path / "half.csv"), "ada")


def test_nothing_new_is_refused(trained, url):
    service = open_service(url, trained)
    with pytest.raises(UpdateRefused, match="no vote was accepted since"):
        retrain(service.log.store.engine, open_corpus(trained / "news.csv"), "ada")


def test_base_that_changed_meanwhile_stays(trained, url, monkeypatch):
    import movieclassifier.feedback.retraining as retraining

    service = open_service(url, trained)
    correct(service, 2)
    original = retraining.check_holdout

    def meanwhile(*arguments):
        Owner(service.log).update("bob", tolerance=1.0)
        return original(*arguments)

    monkeypatch.setattr(retraining, "check_holdout", meanwhile)
    with pytest.raises(UpdateRefused, match="a different base was served meanwhile"):
        retrain(service.log.store.engine, open_corpus(trained / "news.csv"), "ada")
    assert service.facts().version == 2


def test_numbers_with_names_become_names_when_a_label_is_new(tmp_path, url):
    from train_online import main

    rows = [
        (story(topic, i, 40), number) for i in range(80) for number, topic in enumerate(("sport", "tech", "politics"))
    ]
    with open(tmp_path / "numbers.csv", "w", newline="") as file:
        csv.writer(file).writerows([("text", "label"), *rows])
    arguments = [
        str(tmp_path / "numbers.csv"),
        "--model",
        str(tmp_path / "m"),
        "--n-features",
        "2**14",
        "--no-progress",
    ]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    service = open_service(url, tmp_path / "m", NEW_LABELS="other,science")
    assert service.votable_labels() == ("0", "1", "2", "other", "science")
    with pytest.raises(FeedbackError, match="must be one of 0, 1, 2, other, science"):
        vote(service, today("other", 1), "health")
    for i in range(MIN_NEW_LABEL):
        vote(service, today("other", i), "science")
    retrain(service.log.store.engine, open_corpus(tmp_path / "numbers.csv"), "ada")
    assert service.facts().labels == ("0", "1", "2", "science")


def test_a_second_process_retrains_on_the_same_database(trained, url):
    service = open_service(url, trained)
    correct(service, 2)
    report = retrain_apart(url, open_corpus(trained / "news.csv"), "ada", 0.01, "after lunch")
    assert service.facts().version == report.version.version == 2
    assert report.version.note == "after lunch"


def test_command_retrains_in_a_process_of_its_own(trained, url):
    from movieclassifier.cli import main

    service = open_service(url, trained)
    correct(service, 2)
    arguments = ["update", "--database", url, "--corpus", str(trained / "news.csv")]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    assert "Version 2 is served: trained on the corpus and 8 votes" in result.output
    assert service.facts().version == 2
    refused = CliRunner().invoke(main, arguments)
    assert (refused.exit_code, "nothing to learn" in refused.output) == (2, True)
    assert CliRunner().invoke(main, [*arguments, "--without-guard"]).exit_code == 2
