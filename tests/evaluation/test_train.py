"""One call trains, evaluates and returns a classifier: the bytes that the command writes."""

from importlib.resources import files

import numpy as np
import pytest

from movieclassifier import ReadingOptions, load_classifier, train
from tests.support.command_line import output_of

SAMPLE = str(files("movieclassifier").joinpath("bundled/sample_reviews.csv"))
FILMS = [("a fine film", "good"), ("a dull film", "bad"), ("so fine", "good"), ("so dull", "bad")] * 25
SMALL = {"n_features": 2**10}


@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        ({}, []),
        ({"recipe": "book", "n_holdout": 0}, ["--recipe", "book", "--n-holdout", "0"]),
        ({"passes": 2, "seed": 7, "n_keep": 300}, ["--passes", "2", "--seed", "7", "--keep", "300"]),
        ({"test": SAMPLE, "minibatch_size": 50}, ["--test", SAMPLE, "--minibatch-size", "50"]),
    ],
)
def test_the_saved_model_is_that_of_the_command_byte_for_byte(options, arguments, tmp_path):
    train(SAMPLE, n_features=2**12, **options).save(tmp_path / "called")
    output_of("train", SAMPLE, "--n-features", "2**12", "--model", tmp_path / "typed", *arguments)
    called, typed = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("called", "typed")
    )
    assert called == typed
    assert called.keys() == {"classifier.npz"}


def test_a_stream_is_read_once_and_its_labels_stay_what_they_are():
    classifier = train((document for document in FILMS), **SMALL)
    assert classifier.classes_.tolist() == ["bad", "good"]
    assert classifier.metadata["metrics"]["n_documents"] == 10
    assert classifier.metadata["corpus"] == ["stream.jsonl"]
    numbered = train([(text, np.int64(label == "good")) for text, label in FILMS], **SMALL)
    assert numbered.classes_.tolist() == [0, 1]
    assert numbered.weights_sha256() == classifier.weights_sha256()
    texts = train([(text, str(int(label == "good"))) for text, label in FILMS], **SMALL)
    assert texts.classes_.tolist() == ["0", "1"]


def test_a_stream_can_be_tested_on_a_second_one():
    classifier = train(FILMS, test=iter(FILMS[:8]), **SMALL)
    assert classifier.metadata["metrics"]["n_documents"] == 8
    assert classifier.metadata["evaluated_on"] == "stream.jsonl"


def test_folders_are_shuffled_as_the_command_does(tmp_path):
    for label in ("bad", "good"):
        (tmp_path / "films" / label).mkdir(parents=True)
        for i in range(40):
            (tmp_path / "films" / label / f"{i}.txt").write_text(f"a {label} film {i}")
    classifier = train(tmp_path / "films", **SMALL)
    assert classifier.metadata["shuffle_seed"] == 0
    in_order = train(tmp_path / "films", reading=ReadingOptions(shuffle=False), n_holdout=0, **SMALL)
    assert "shuffle_seed" not in in_order.metadata
    assert "metrics" not in in_order.metadata


@pytest.mark.parametrize(
    ("documents", "error", "message"),
    [
        ([], ValueError, "there are no documents; pass texts with their labels"),
        (["a film"], TypeError, "document 1 must be a text and its label; got str."),
        (
            [("a", 1), ("b", 0.5)],
            TypeError,
            "document 2 must be a str and a label that is a str or an int; got str and",
        ),
        ([("a", True)], TypeError, "got str and bool."),
        ([(b"a", 1)], TypeError, "got bytes and int."),
        ([("a", 1), ("b", "1")], ValueError, "document 2: the label '1' is one too many"),
        ([("a", i) for i in range(1001)], ValueError, "document 1,001: the label 1000 is one too many"),
        ([("a", 1)] * 9, ValueError, "at least two classes"),
    ],
)
def test_wrong_types_are_not_read_as_a_corpus(documents, error, message):
    with pytest.raises(error, match=message):
        train(documents, **SMALL)


def test_a_saved_model_keeps_its_guard_set_until_columns_are_added(tmp_path):
    train(FILMS, **SMALL).save(tmp_path / "model")
    loaded = load_classifier(tmp_path / "model")
    loaded.learn("a fine film", "bad")
    loaded.save(tmp_path / "again.npz")
    again = load_classifier(tmp_path / "again.npz")
    assert set(again.guard[1]) == {"guard_lengths", "guard_steps", "guard_data", "guard_y"}
    again.partial_fit(["completely new words"], ["bad"])
    again.save(tmp_path / "more.npz")
    assert load_classifier(tmp_path / "more.npz").guard[1] == {}
    assert not (tmp_path / "classifier.pkl").exists()


def test_names_of_labels_are_given_where_they_are_asked_for(small_model):
    classifier = load_classifier(small_model)
    texts = ["a wonderful film", "a waste of time"]
    assert classifier.predict(texts).tolist() == [1, 0]
    assert classifier.predict(texts, names=True).tolist() == ["positive", "negative"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"text_column": "body"}, r"no 'text_column': .* reading=ReadingOptions\(text_columns=\(…\), label_column=…\)"),
        ({"label_column": "kind"}, r"no 'label_column': it is an option of reading"),
        ({"pases": 2}, r"no 'pases'; the settings of a recipe are tokenizer, .*, passes, calibrate\.$"),
    ],
)
def test_unknown_settings_are_answered_with_those_there_are(settings, message):
    with pytest.raises(TypeError, match=message):
        train(FILMS, **settings)


def test_columns_that_are_not_found_are_told_in_words_of_python(tmp_path):
    (tmp_path / "tickets.csv").write_text("id,body,kind\n" + "1,fine,good\n2,dull,bad\n" * 20)
    with pytest.raises(ValueError, match=r"got id,body,kind\. Pass ReadingOptions\(text_columns=…\)"):
        train(tmp_path / "tickets.csv")
    with pytest.raises(ValueError, match=r"too few for n_holdout 50\. Lower it\."):
        train(FILMS[:40], n_holdout=50)
