"""Bases: an update passes the guard or changes nothing; a rollback is bit for bit."""

import pytest

from movieclassifier.feedback.log.bases import load_base
from movieclassifier.feedback.log.database import snapshot
from movieclassifier.feedback.log.errors import NotFound
from movieclassifier.feedback.updating import UpdateRefused
from movieclassifier.models.record import load_record
from movieclassifier.models.writing import save_record
from movieclassifier.recipes.linear import Recipe
from tests.support.models import random_classifier
from tests.support.services import ADA, SMALL, TEXTS, contradict, digest, open_service, write_model


def base_digest(service, version):
    """Return the digest of the weights of a base, as it is read from the database."""
    with snapshot(service.store.engine) as connection:
        return load_base(connection, version)[0].weights_sha256()


def agree(service, texts):
    for text in texts:
        prediction = service.classify(text, ADA)
        service.vote(prediction.id, prediction.label, ADA)


def test_the_trained_model_is_the_first_version(service, tmp_path):
    [version] = service.owner.versions()
    trained, _ = load_record(tmp_path / "m.npz")
    assert (version.version, version.kind, version.parent, version.served) == (1, "trained", None, True)
    assert version.weights_sha256 == trained.weights_sha256() == digest(service)
    assert version.guard_accuracy == 1.0
    assert version.name.endswith("/m.npz")


def test_an_update_with_honest_votes_makes_a_base_whose_replay_equals_the_live_model(tmp_path, database_url):
    model = write_model(tmp_path / "m.npz")
    service, colleague = open_service(database_url, model), open_service(database_url, model)
    agree(service, TEXTS[:10])
    contradict(service, TEXTS[20])
    live = digest(service)
    assert digest(colleague) == live != service.owner.versions()[0].weights_sha256
    report = service.owner.update("owner", tolerance=0.05, note="the first")
    assert (report.n_new, report.version.version, report.version.parent, report.version.n_folded) == (11, 2, 1, 11)
    assert report.accuracy >= 0.95
    assert str(report).startswith("Version 2 is served: 11 new votes, 11 in all; accuracy ")
    assert digest(service) == digest(colleague) == base_digest(service, 2) == report.version.weights_sha256 == live
    assert digest(open_service(database_url, model)) == live
    contradict(colleague, TEXTS[21])
    assert digest(service) == digest(colleague) != live
    assert service.facts().events_applied == 12


def test_an_update_with_hostile_votes_is_refused_and_nothing_changes(tmp_path, database_url):
    service = open_service(database_url, write_model(tmp_path / "m.npz"))
    for text in TEXTS:
        contradict(service, text)
    before = digest(service), service.owner.versions(), service.facts().log_position
    with pytest.raises(UpdateRefused, match=r"accuracy 0\.\d+ on the guard set, 1\.0000 before; it may lose 0\.01"):
        service.owner.update("owner")
    assert (digest(service), service.owner.versions(), service.facts().log_position) == before
    service.owner.reject([entry.position for entry in service.owner.entries(per_page=100).items], "owner")
    agree(service, ["word1 word2 word3"])
    assert service.owner.update("owner").accuracy == 1.0


def test_a_row_of_updates_cannot_creep_down(tmp_path):
    service = open_service(f"sqlite:///{tmp_path}/f.db", write_model(tmp_path / "m.npz"))
    accuracies = []

    def update_again_and_again():
        for text in TEXTS:
            contradict(service, text)
            accuracies.append(service.owner.update("owner", tolerance=0.12).accuracy)

    with pytest.raises(UpdateRefused, match=r"1\.0000 before"):
        update_again_and_again()
    assert len(accuracies) > 1
    assert min(accuracies) >= 0.88
    assert accuracies[-1] < 1


def test_rollback_returns_bit_for_bit_and_sets_the_votes_aside(tmp_path, database_url):
    model = write_model(tmp_path / "m.npz")
    service, colleague = open_service(database_url, model), open_service(database_url, model)
    first = digest(service)
    _, folded = contradict(service, TEXTS[0])
    service.owner.update("owner", tolerance=1)
    second = digest(service)
    contradict(service, TEXTS[1])
    assert service.owner.rollback(None, "owner", "too bold").version.version == 1
    assert digest(service) == digest(colleague) == base_digest(service, 1) == first
    waiting = service.owner.queue().items
    assert [entry.reason for entry in waiting] == ["rolled back"] * 2
    assert service.owner.rollback(2, "owner").version.served
    assert digest(service) == digest(colleague) == second
    assert [entry.text for entry in service.owner.queue().items] == [TEXTS[1]]
    assert service.owner.entries(status="applied").items[0].position == folded.position


def test_votes_after_a_rollback_act_and_those_set_aside_act_once_approved(service):
    first = digest(service)
    _, vote = contradict(service, TEXTS[0])
    live = digest(service)
    service.owner.update("owner", tolerance=1)
    service.owner.rollback(1, "owner")
    assert digest(service) == first
    service.owner.approve([vote.position], "owner")
    assert digest(service) == live
    service.owner.rollback(2, "owner")  # where the same vote is part of the base
    assert digest(service) == live
    assert service.owner.queue().total == 0
    with pytest.raises(UpdateRefused, match="nothing to fold"):
        service.owner.update("owner")


def test_undoing_a_folded_vote_gives_the_weights_of_a_log_without_it(tmp_path):
    model = write_model(tmp_path / "m.npz")
    service, without = (open_service(f"sqlite:///{tmp_path}/{name}.db", model) for name in ("with", "without"))
    cast = []
    for number, text in enumerate(TEXTS[:6]):
        prediction, vote = contradict(service, text)
        cast.append(prediction)
        if number != 2:
            without.vote(without.classify(text, ADA).id, vote.label, ADA)
        if number in (1, 3):
            service.owner.update("owner", tolerance=1)
    service.undo(cast[2].id, ADA)
    assert digest(service) == digest(without)
    report = service.owner.update("owner", tolerance=1)
    assert (report.version.n_folded, report.n_new) == (5, 2)
    assert digest(service) == digest(without) == base_digest(service, report.version.version)


def test_a_rejected_vote_that_is_approved_again_counts_from_its_approval(service):
    _, first = contradict(service, TEXTS[0])
    _, second = contradict(service, TEXTS[1])
    service.owner.update("owner", tolerance=1)
    service.owner.reject([first.position], "owner")
    service.owner.approve([first.position], "owner")
    expected = load_record(service.log.model_path)[0]
    expected.learn(TEXTS[1], int(second.label))
    expected.learn(TEXTS[0], int(first.label))
    assert digest(service) == expected.weights_sha256()


def test_there_must_be_something_to_fold(service):
    with pytest.raises(UpdateRefused, match="nothing to fold"):
        service.owner.update("owner")
    prediction, _ = contradict(service, TEXTS[0])
    service.owner.update("owner", tolerance=1)
    with pytest.raises(UpdateRefused, match="nothing to fold"):
        service.owner.update("owner")
    service.undo(prediction.id, ADA)
    assert service.owner.update("owner").version.n_folded == 0  # a vote taken out is something, too


def test_a_model_without_a_guard_set_is_updated_unchecked_only_on_demand(tmp_path):
    service = open_service(f"sqlite:///{tmp_path}/f.db", write_model(tmp_path / "m.npz", guard=False))
    contradict(service, TEXTS[0])
    with pytest.raises(UpdateRefused, match="--without-guard"):
        service.owner.update("owner")
    report = service.owner.update("owner", without_guard=True)
    assert (report.accuracy, report.version.guard_accuracy) == (None, None)
    assert "unchecked" in str(report)


def test_an_update_of_a_model_without_a_ratio_keeps_the_weights_of_new_columns(tmp_path):
    plain = Recipe().with_settings(name="plain", n_features=2**12, log_count_ratio=False)
    service = open_service(f"sqlite:///{tmp_path}/f.db", write_model(tmp_path / "m.npz", recipe=plain))
    contradict(service, "words that the model has never seen")
    live = digest(service)
    service.owner.update("owner", tolerance=1)
    assert digest(service) == live
    contradict(service, "and others that it has never seen either")
    live = digest(service)
    service.owner.update("owner", tolerance=1)
    assert digest(service) == live == digest(open_service(service.settings.database_url, tmp_path / "m.npz"))


def test_an_update_gives_way_to_one_that_was_quicker(service, monkeypatch):
    from movieclassifier.feedback import updating

    contradict(service, TEXTS[0])
    store, rivals = updating.record_bytes, [lambda: service.owner.update("rival", tolerance=1)]

    def overtaken(*arguments):
        if rivals:
            rivals.pop()()
        return store(*arguments)

    monkeypatch.setattr(updating, "record_bytes", overtaken)
    with pytest.raises(UpdateRefused, match="a different base was served meanwhile"):
        service.owner.update("owner", tolerance=1)
    assert [version.by for version in service.owner.versions()] == ["rival", "system"]


def test_a_vote_cast_during_an_update_is_learned_on_top(service, monkeypatch):
    from movieclassifier.feedback import updating

    contradict(service, TEXTS[0])
    store, late = updating.record_bytes, [TEXTS[1]]

    def interrupted(*arguments):
        if late:
            contradict(service, late.pop())
        return store(*arguments)

    monkeypatch.setattr(updating, "record_bytes", interrupted)
    service.owner.update("owner", tolerance=1)
    assert (service.owner.versions()[0].n_folded, service.facts().events_applied) == (1, 2)


def test_there_is_no_rollback_to_an_unknown_version(service):
    with pytest.raises(NotFound, match="no version 7"):
        service.owner.rollback(7, "owner")
    with pytest.raises(NotFound, match="not made by an update"):
        service.owner.rollback(None, "owner")


def test_a_damaged_model_file_is_refused_before_anything_is_stored(tmp_path):
    url = f"sqlite:///{tmp_path}/f.db"
    (tmp_path / "bad.npz").write_bytes(b"PK no such thing")
    with pytest.raises(ValueError, match=r"bad\.npz is not a model"):
        open_service(url, tmp_path / "bad.npz")
    assert len(open_service(url, write_model(tmp_path / "m.npz")).owner.versions()) == 1


def test_an_update_keeps_provenance_and_says_how_many_votes_it_holds(tmp_path):
    classifier = random_classifier(recipe=SMALL, texts=tuple(TEXTS))
    metrics = {"accuracy": 0.9, "standard_error": 0.01, "log_loss": 0.3, "calibration_error": 0.0, "n_documents": 900}
    classifier.metadata = {"corpus": ["movie_data.csv"], "metrics": metrics}
    save_record(tmp_path / "m.npz", classifier)
    service = open_service(f"sqlite:///{tmp_path}/f.db", tmp_path / "m.npz")
    contradict(service, TEXTS[0])
    service.owner.update("owner", without_guard=True)
    facts = service.facts()
    assert (facts.measured, facts.metadata["n_corrections"]) == (metrics, 1)
