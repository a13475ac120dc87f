"""Model files: none takes over the log of another one, unless the owner says so."""

import json
import re
import shutil
import signal

import pytest
from click.testing import CliRunner

from movieclassifier.cli import main
from movieclassifier.models.record import load_record
from movieclassifier.models.writing import save_record
from tests.commands.test_serve import SERVE, free_port, get, serving
from tests.support.patience import PATIENCE
from tests.support.services import ADA, TEXTS, contradict, digest, open_own, open_service, write_model


@pytest.fixture
def owner(tmp_path, monkeypatch):
    """Return a function that types a command of the owner's, on the database of the tests."""
    monkeypatch.chdir(tmp_path)  # serve keeps its secret key in the folder where it is typed
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/f.db")
    for name, value in {"CAP": "1e9", "VOTE_SHARE": "1", "TOLERANCE": "1"}.items():
        monkeypatch.setenv(f"MOVIECLASSIFIER_{name}", value)

    def run(*arguments, status=0):
        result = CliRunner().invoke(main, [str(argument) for argument in arguments])
        assert result.exit_code == status, result.output
        return result.output

    return run


def test_a_different_model_is_refused_and_nothing_changes(tmp_path, database_url):
    first = open_service(database_url, write_model(tmp_path / "first.npz"))
    contradict(first, TEXTS[0])
    before = digest(first), first.owner.versions(), first.facts().log_position
    other = write_model(tmp_path / "other.npz", seed=1)
    expected = (
        rf"serves version 1 of .+/first\.npz, and the model file is a different one\. This serves it from now on, with the "
        rf"1 accepted votes on top: movieclassifier update --model {other}\. To keep both, give it a database of its own"
    )
    with pytest.raises(ValueError, match=expected):
        open_service(database_url, other)
    assert (digest(first), first.owner.versions(), first.facts().log_position) == before


def test_a_refusal_tells_no_password(tmp_path, postgresql_url):
    url = postgresql_url.replace("reviewer@", "reviewer:hush@")
    open_service(url, write_model(tmp_path / "first.npz"))
    with pytest.raises(ValueError, match="serves version 1") as refusal:
        open_service(url, write_model(tmp_path / "other.npz", seed=1))
    assert "hush" not in str(refusal.value)


@pytest.mark.parametrize("command", [("serve", "--port", 0), ("update",)])
def test_a_model_of_different_labels_is_refused_in_any_case(tmp_path, owner, command):
    first = open_service(f"sqlite:///{tmp_path}/f.db", write_model(tmp_path / "two.npz"))
    three = write_model(tmp_path / "three.npz", n_classes=3)
    output = owner(*command, "--model", three, status=2)
    assert re.match(r"Error: .+/three\.npz has the labels 0, 1, 2; the votes in .+/f\.db are for 0, 1\. Give", output)
    assert len(first.owner.versions()) == 1


def test_two_servers_in_one_folder_do_not_take_each_others_model_away(tmp_path):
    models = write_model(tmp_path / "first.npz"), write_model(tmp_path / "other.npz", seed=1)
    ports = free_port(), free_port()
    with serving([*SERVE, "--port", str(ports[0]), "--workers", "2"], tmp_path, models[0], ports[0]) as first:
        served = json.loads(get(ports[0], "/api/v1/model")[1])["weights_sha256"]
        with serving([*SERVE, "--port", str(ports[1])], tmp_path, models[1], ports[1]) as second:
            output, errors = second.communicate(timeout=PATIENCE)
        assert (second.returncode, output) == (2, "")
        assert errors.startswith("Error: sqlite:///instance/feedback.db serves version 1 of ")
        assert errors.count("\n") == 1
        own = [*SERVE, "--port", str(ports[1]), "--database", "sqlite:///instance/other.db"]
        with serving(own, tmp_path, models[1], ports[1]):
            other = json.loads(get(ports[1], "/api/v1/model")[1])["weights_sha256"]
        assert json.loads(get(ports[0], "/api/v1/model")[1])["weights_sha256"] == served
        first.send_signal(signal.SIGINT)
        first.communicate(timeout=PATIENCE)
    assert [served, other] == [load_record(model)[0].weights_sha256() for model in models]


def test_of_two_servers_that_start_at_once_one_is_first(tmp_path, monkeypatch):
    from movieclassifier.feedback import model_files as trained

    url, models = f"sqlite:///{tmp_path}/f.db", [write_model(tmp_path / f"{n}.npz", seed=n) for n in range(2)]
    load, quicker = trained.load_record, [models[1]]

    def overtaken(path):
        if quicker:
            open_service(url, quicker.pop())
        return load(path)

    monkeypatch.setattr(trained, "load_record", overtaken)
    with pytest.raises(ValueError, match=r"serves version 1 of .+/1\.npz"):
        open_service(url, models[0])


def test_the_owner_serves_a_newly_trained_model_with_the_votes_on_top(tmp_path, owner):
    url, new = f"sqlite:///{tmp_path}/f.db", write_model(tmp_path / "new.npz", seed=1)
    running = open_service(url, write_model(tmp_path / "old.npz"))
    _, folded = contradict(running, TEXTS[0])
    running.owner.update("owner", tolerance=1)
    _, vote = contradict(running, TEXTS[1])
    assert re.match(r"Serving version 3 of .+/new\.npz .*votes: 2 learned", owner("update", "--model", new))
    expected = load_record(new)[0]
    expected.learn(TEXTS[0], int(folded.label))
    expected.learn(TEXTS[1], int(vote.label))
    assert digest(running) == digest(open_service(url, new)) == expected.weights_sha256()
    assert owner("update", "--model", new).startswith("Serving version 3 of ")
    assert len(running.owner.versions()) == 3


def test_the_audit_trail_tells_which_model_took_the_place_of_which(tmp_path, owner):
    running = open_service(f"sqlite:///{tmp_path}/f.db", write_model(tmp_path / "old.npz"))
    contradict(running, TEXTS[0])
    owner("update", "--model", write_model(tmp_path / "new.npz", seed=1), "--note", "twice the data")
    last, *_, first = running.owner.audit().items
    assert (first.kind, first.version, first.by) == ("serve", 1, "system")
    assert first.note.startswith("the first model: ")
    assert first.note.endswith("/old.npz")
    assert (last.kind, last.version) == ("serve", 2)
    assert last.by != "system"
    assert last.note.endswith("/new.npz in place of version 1, 1 accepted votes on top; twice the data")


def test_a_file_that_was_served_before_starts_what_is_served_now(tmp_path, owner):
    url, old = f"sqlite:///{tmp_path}/f.db", write_model(tmp_path / "old.npz")
    open_service(url, old)
    owner("update", "--model", write_model(tmp_path / "new.npz", seed=1))
    again = open_service(url, shutil.copy(old, tmp_path / "copy.npz"))
    assert digest(again) == load_record(tmp_path / "new.npz")[0].weights_sha256()
    assert "/copy.npz is version 1, and version 2 is served; movieclassifier rollback 1 " in again.owner.describe()
    again.owner.rollback(1, "owner")
    assert again.owner.unserved_model() == ""
    contradict(again, TEXTS[0])
    again.owner.update("owner", tolerance=1)
    assert "rollback" not in again.owner.describe()


def test_who_asks_serve_for_a_model_gets_that_one_or_a_refusal(tmp_path, owner):
    old = write_model(tmp_path / "old.npz")
    open_service(f"sqlite:///{tmp_path}/f.db", old)
    owner("update", "--model", write_model(tmp_path / "new.npz", seed=1))
    output = owner("serve", "--port", 0, "--model", old, status=2)
    assert re.match(r"Error: .+/old\.npz is version 1, and version 2 is served; movieclassifier rollback 1 ", output)


def test_the_bundled_model_that_nobody_asked_for_gives_way_to_what_is_served(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path}/f.db"
    first = digest(open_service(url, write_model(tmp_path / "m.npz")))
    monkeypatch.chdir(tmp_path)
    service = open_own(url)
    assert digest(service) == first
    assert "/m.npz" in service.owner.describe()
    service.close()


@pytest.mark.parametrize("n_classes", [2, 3])
def test_a_bundled_model_that_nobody_voted_on_gives_way_to_a_trained_one(
    tmp_path, owner, monkeypatch, database_url, n_classes
):
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.chdir(tmp_path)
    running = open_own(database_url)
    assert "trained: bundled/imdb.npz" in owner("rollback", "--list")
    assert running.facts().bundled
    trained = write_model(tmp_path / "pkl_objects/classifier.npz", n_classes=n_classes)
    for _ in range(2):
        assert digest(open_own(database_url)) == digest(running) == load_record(trained)[0].weights_sha256()
    last = running.owner.audit().items[0]
    assert last.position == 2
    assert (last.by, last.version) == ("system", 2)
    assert last.note == "pkl_objects/classifier.npz in place of the bundled model, which nobody had voted on"
    write_model(trained, n_classes=n_classes, seed=1)
    with pytest.raises(ValueError, match="the model file is a different one"):
        open_own(database_url)


def test_a_bundled_model_with_votes_is_not_replaced(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path}/f.db"
    monkeypatch.chdir(tmp_path)
    contradict(open_own(url), "A wonderful film, superb.")
    write_model(tmp_path / "pkl_objects/classifier.npz")
    with pytest.raises(ValueError, match="the labels 0, 1; the votes in"):
        open_own(url)


def test_a_bundled_model_with_answers_gives_way_to_one_of_the_same_labels_only(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path}/f.db"
    monkeypatch.chdir(tmp_path)
    first = open_own(url)
    answer = first.classify("A wonderful film, superb.", ADA)
    write_model(tmp_path / "pkl_objects/classifier.npz")
    with pytest.raises(ValueError, match="the labels 0, 1"):
        open_own(url)
    classifier, _ = load_record(first.log.model_path)
    classifier.metadata = classifier.metadata | {"seed": 99}
    save_record(tmp_path / "pkl_objects/classifier.npz", classifier)
    assert open_own(url).facts().version == 2
    assert first.get(answer.id, ADA).label == answer.label


def test_a_bundled_model_that_is_voted_on_just_now_stays(tmp_path, monkeypatch):
    from movieclassifier.feedback import model_files as trained

    url = f"sqlite:///{tmp_path}/f.db"
    monkeypatch.chdir(tmp_path)
    first = open_own(url)
    write_model(tmp_path / "pkl_objects/classifier.npz")
    load, quicker = trained.load_record, ["a vote"]

    def overtaken(path):
        if quicker:
            quicker.pop()
            contradict(first, "A wonderful film, superb.")
        return load(path)

    monkeypatch.setattr(trained, "load_record", overtaken)
    with pytest.raises(ValueError, match="the votes in"):
        open_own(url)
    assert first.facts().bundled


def test_a_model_that_training_replaces_while_it_is_read_is_read_again(tmp_path, monkeypatch):
    from movieclassifier.feedback import model_files as trained

    path, other = write_model(tmp_path / "m.npz"), write_model(tmp_path / "other.npz", seed=1)
    load, finished = trained.load_record, [other]

    def overtaken(path):
        if finished:
            finished.pop().replace(path)
        return load(path)

    monkeypatch.setattr(trained, "load_record", overtaken)
    service = open_service(f"sqlite:///{tmp_path}/f.db", path)
    [version] = service.owner.versions()
    assert version.weights_sha256 == digest(service) == load_record(path)[0].weights_sha256()


def test_looking_at_the_log_does_not_change_the_served_model(tmp_path, owner, monkeypatch):
    service = open_service(f"sqlite:///{tmp_path}/f.db", write_model(tmp_path / "m.npz"))
    contradict(service, TEXTS[0], ADA)
    monkeypatch.setenv("MOVIECLASSIFIER_MODEL", str(write_model(tmp_path / "new.npz", seed=1)))
    before = digest(service)
    assert "1 of 1 vote" in owner("feedback", "list")
    assert "new.npz" not in owner("rollback", "--list")
    assert digest(service) == before
