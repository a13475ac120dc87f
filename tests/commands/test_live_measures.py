"""Thresholds are chosen, and drift is told."""

import json
import re

from movieclassifier.feedback.log.entities import Client
from tests.support.command_line import json_lines
from tests.support.services import close_services, open_service
from tests.support.visitors import REVIEW


def test_collect_once_and_drift(live, database):
    result = live("collect", "--once", "--database", database)
    assert result.exit_code == 0, result.output
    assert "2 feeds asked, 0 unchanged; 2 new articles." in result.stdout
    drift = live("drift", "--database", database)
    assert drift.exit_code == 0
    assert "unknown words" in drift.stdout
    assert json_lines(live("drift", "--database", database, "--json", "--newspaper", "The Film Times")) != []


def test_threshold_is_chosen_and_saved(live, tmp_path, small_model):
    import shutil

    shutil.copy(small_model / "classifier.npz", tmp_path / "m.npz")
    sample = "/".join([*__file__.split("/")[:-3], "movieclassifier/bundled/sample_reviews.csv"])
    result = live("threshold", sample, "--model", "m.npz", "--coverage", "0.8", "--save")
    assert result.exit_code == 0, result.output
    assert re.search(r"^ *8–24 known n-grams  [01]\.\d{3}$", result.stdout, flags=re.M)
    assert re.search(r"^ *100 and more known n-grams  [01]\.\d{3}$", result.stdout, flags=re.M)
    assert "With fewer than 8 known n-grams, nothing can be told of a text." in result.stdout
    assert "movieclassifier update --model" in result.stderr
    from movieclassifier import load_classifier

    assert load_classifier(tmp_path / "m.npz").metadata["threshold"]["coverage"] == 0.8
    found = json.loads(live("threshold", sample, "--model", "m.npz", "--risk", "0.05", "--json").stdout)
    assert all(0 <= least <= 1 for least in found["least"])
    assert live("threshold", sample, "--risk", "0.1", "--coverage", "0.9").exit_code == 2
    (tmp_path / "other.csv").write_text("text,label\n" + "some text,tea\nmore text,coffee\n" * 30)
    assert (
        "label 'tea' is not one of" in live("threshold", "other.csv", "--model", "m.npz").output
        or "coffee" in live("threshold", "other.csv", "--model", "m.npz").output
    )


def test_drift_of_a_newspaper_that_is_not_on_the_list_is_refused(live, database):
    result = live("drift", "--database", database, "--newspaper", "Gazette")
    assert result.exit_code == 2
    assert "'Gazette' is not on the list" in result.output


def test_voted_texts_count_for_the_threshold_once_there_are_enough(live, database, tmp_path, small_model):
    sample = "/".join([*__file__.split("/")[:-3], "movieclassifier/bundled/sample_reviews.csv"])
    arguments = ("threshold", sample, "--model", str(small_model), "--database", database, "--risk", "0.02", "--json")
    few = live(*arguments)
    assert "0 texts have accepted votes; they count from 50 on." in few.stderr
    service = open_service(database, small_model)
    for i in range(60):  # each of them contradicts the model
        prediction = service.classify(f"{REVIEW} {REVIEW} number {i}", Client("ada", f"{i}"))
        service.vote(prediction.id, "negative", Client("ada", f"{i}"))
    close_services()
    many = live(*arguments)
    assert "60 texts have accepted votes; they count, too." in many.stderr
    chosen, before = json.loads(many.stdout), json.loads(few.stdout)
    assert chosen["n_documents"] == before["n_documents"] + 60
    assert max(chosen["least"]) > max(before["least"])
