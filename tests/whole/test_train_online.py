"""What training does from the command line: a mistake is one line, and what was there stays as it was."""

import csv
import ctypes
import hashlib
import json
import os
import random
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner

import train_online
from movieclassifier.cli import main as command_line
from movieclassifier.corpora.readers.tables import iter_csv
from movieclassifier.models.persistence import load_classifier
from movieclassifier.system.atomic import replace_file
from movieclassifier.training.begun_run import BEGUN
from train_online import main

SAMPLE = Path(str(files("movieclassifier").joinpath("bundled/sample_reviews.csv")))
FAST = ["--n-features", "2**14", "--minibatch-size", "100", "--no-progress", "--keep-state"]
HEADER = b"review,sentiment\n"
MODEL = {"classifier.npz", "classifier.pkl", "stopwords.pkl"}


def train(*arguments):
    """Train in this process."""
    return CliRunner().invoke(main, [*FAST, *map(str, arguments)])


def start(*arguments):
    """Train in a process of its own."""
    command = [sys.executable, "train_online.py", *FAST, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != BEGUN}


@pytest.fixture(scope="session")
def earlier_model(tmp_path_factory):
    """Return what a model folder holds after training on half of the sample."""
    model_dir = tmp_path_factory.mktemp("earlier")
    assert train(SAMPLE, "--n-train", 150, "--model", model_dir, "--pickle").exit_code == 0
    return contents(model_dir)


@pytest.fixture
def model_dir(earlier_model, tmp_path):
    """Return a model folder that is in use."""
    folder = tmp_path / "pkl_objects"
    folder.mkdir()
    for name, content in earlier_model.items():
        (folder / name).write_bytes(content)
    return folder


def assert_refused(result, message, model_dir, earlier_model):
    """The message is one line, nothing is printed, and the earlier model stays."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    *notes, line = result.stderr.splitlines()
    assert line.startswith("Error: ")
    assert message in line
    assert not [
        note for note in notes if ": read as --format" not in note and ", therefore read with --shuffle" not in note
    ]
    assert contents(model_dir) == earlier_model


ROWS = b"".join(b'"a great, warm film %d",1\n"an awful, cold film %d",0\n' % (i, i) for i in range(50))

CONTENTS = {
    "empty": (b"", "movie_data.csv: the file is empty"),
    "header only": (HEADER, "movie_data.csv: there are no rows below the header."),
    "wrong header": (b"a,b\n" + ROWS, "line 1: expected columns such as review,sentiment; got a,b. Pass --text-column"),
    "unknown label": (HEADER + ROWS + b"so so,5\n", "line 102: sentiment must be one of 0, 1; got '5'. Pass --labels"),
    "missing field": (HEADER + ROWS + b"so so\n" + ROWS, "line 102: expected 2 fields, got 1."),
    "extra field": (HEADER + ROWS + b"so, so,1\n", "line 102: expected 2 fields, got 3. Put quotes around texts"),
    "unclosed quote": (HEADER + ROWS + b'"so so,1\n', "line 102: a quote is opened in this row and never closed"),
    "NUL": (HEADER + ROWS + b"so\0so,1\n", "line 102: a NUL byte, which no text holds"),
    "not UTF-8": (HEADER + ROWS + b"caf\xe9,1\n", "line 102: the byte 0xe9 is not utf-8; pass the file's encoding, "),
    "one class only": (
        HEADER + b"good,1\n" * 50,
        "there must be documents of at least two classes; all are labelled 1",
    ),
    "one document": (
        HEADER + b"good,1\n",
        "the stream holds 1 document, too few for a training part and a holdout. Pass",
    ),
    "sorted by label": (
        HEADER + b"good,1\n" * 200 + b"bad,0\n" * 200,
        "A stream sorted by label trains badly; pass --shuffle, shuffle the file once",
    ),
}


@pytest.mark.parametrize("name", CONTENTS)
def test_fault_of_the_corpus_is_one_line(name, tmp_path, model_dir, earlier_model):
    content, message = CONTENTS[name]
    path = tmp_path / "movie_data.csv"
    path.write_bytes(content)
    assert_refused(train(path, "--model", model_dir), message, model_dir, earlier_model)


@pytest.mark.parametrize("name", ["unknown label", "not UTF-8", "header only"])
def test_fault_of_the_test_corpus_is_found_before_the_training(name, tmp_path, model_dir, earlier_model):
    content, message = CONTENTS[name]
    (tmp_path / "movie_data.csv").write_bytes(content)
    result = train(SAMPLE, "--test", tmp_path / "movie_data.csv", "--model", model_dir, "--checkpoint-every", 1)
    assert_refused(result, message, model_dir, earlier_model)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.csv"], "none.csv: there is no such file"),
        ([".ci"], ".ci: there are no folders with files in it; expected one for each class. Pass files by a pattern"),
        ([".ci", "--format", "csv"], ".ci: this is a folder, but csv reads a file"),
        ([SAMPLE, "--test", "none.csv"], "none.csv: there is no such file"),
        ([SAMPLE, "--n-holdout", 401], "the stream holds 400 documents, too few for --n-holdout 401. Lower it."),
        (
            [SAMPLE, "--n-train", 300, "--n-holdout", 101],
            "too few for --n-train 300 and --n-holdout 101. Lower one of them.",
        ),
        ([SAMPLE, "--n-train", 400], "there is nothing to evaluate on; lower --n-train"),
        ([SAMPLE, "--alpha", 0], "alpha must be a positive number; got 0.0."),
        ([SAMPLE, "--ngrams", "3-2"], "ngram_range must be two numbers, 1 <= shortest <= longest; got (3, 2)."),
        ([SAMPLE, "--continue"], "trainer.npz belongs to a different run: --min-df was none, is 3. "),
        ([SAMPLE, "--encoding", "utf-9"], "encoding 'utf-9' is unknown"),
    ],
    ids=lambda value: " ".join(str(part) for part in value[-3:]) if isinstance(value, list) else "",
)
def test_mistake_is_one_line(arguments, message, model_dir, earlier_model):
    more = ["--min-df", 3] if "--continue" in arguments else []
    assert_refused(train(*arguments, "--model", model_dir, *more), message, model_dir, earlier_model)


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (["--recipe", "none"], "'none'"),
        (["--n-features", "many"], "'many' is not a whole number or a power such as 2**22."),
        (["--n-features", "0**-1"], "'0**-1' is not a whole number or a power such as 2**22."),
        (["--n-features", "2**"], "'2**' is not a whole number or a power such as 2**22."),
        (["--n-features", "2**-1"], "'2**-1' is not a whole number or a power such as 2**22."),
        (["--ngrams", "x"], "'x' is not a range of n-grams; write 3 for 1 to 3, or 2-3 for 2 to 3."),
        (["--minibatch-size", 0], "0 is not in the range x>=1"),
        (["--seed", 2**32], "is not in the range 0<=x<=4294967295"),
        (["--speed", 1], "No such option"),
    ],
)
def test_option_of_the_wrong_kind_is_said(option, message, model_dir, earlier_model):
    result = CliRunner().invoke(main, [str(SAMPLE), "--model", str(model_dir), *map(str, option)])
    assert result.exit_code == 2
    assert message in result.stderr.splitlines()[-1]
    assert contents(model_dir) == earlier_model


def test_more_memory_than_there_is_is_refused_before_the_training(model_dir, earlier_model):
    with soft_limit(resource.RLIMIT_AS, 12 * 2**30):
        arguments = ["--model", str(model_dir), "--n-features", str(2**31 - 1), "--no-progress", "--keep-state"]
        result = CliRunner().invoke(main, [str(SAMPLE), *arguments])
    message = "2 classes of 2,147,483,647 columns take about 25.8 GB of memory to train, and "
    assert_refused(result, message, model_dir, earlier_model)
    assert result.stderr.endswith(" GB are available; lower --n-features.\n")


def test_a_label_per_row_is_doubted_and_very_many_are_refused(tmp_path, model_dir, earlier_model):
    rows = list(iter_csv(SAMPLE))
    write_rows(tmp_path / "ids.csv", [(text, f"id{number}") for number, (text, _) in enumerate(rows * 2)])
    arguments = [
        str(tmp_path / "ids.csv"),
        "--model",
        str(model_dir),
        "--label-column",
        "1",
        "--no-progress",
        "--keep-state",
    ]
    few = CliRunner().invoke(main, [*arguments, "--model", str(tmp_path / "doubted")])
    write_rows(tmp_path / "ids.csv", [(text, f"id{number}") for number, (text, _) in enumerate(rows * 3)])
    many = CliRunner().invoke(main, arguments)
    assert few.exit_code == 0, few.output
    assert "Warning: there are 800 labels on 800 documents; is --label-column the column of the labels?" in few.stderr
    assert few.stderr.count("Warning: there are 800 labels on 800 documents; ") == 1
    assert len(few.stdout.splitlines()) < 40
    assert "confusion matrix: not shown for 800 labels" in few.stdout
    assert_refused(many, "ids.csv: more than 1,000 different labels, such as 'id1000'", model_dir, earlier_model)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_fields_of_a_megabyte_and_any_line_break_are_trained_on(end, tmp_path):
    path = tmp_path / "movie_data.csv"
    long = b'"%s",1\n"%s, and awful",0\n' % (b'great,\nwarm ""film"" ' * 50_000, b"cold " * 200_000)
    path.write_bytes((HEADER + ROWS + long + ROWS).replace(b"\n", end))
    result = train(path, "--model", tmp_path / "model", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["accuracy"] == 1


def test_other_encoding_is_trained_on(tmp_path):
    path = tmp_path / "movie_data.csv"
    path.write_bytes(HEADER + ROWS.replace(b"film", b"caf\xe9"))
    result = train(path, "--model", tmp_path / "model", "--encoding", "latin-1")
    assert result.exit_code == 0, result.output
    assert load_classifier(tmp_path / "model").explain("café is cold").contributions != ()


@contextmanager
def soft_limit(kind, limit):
    """Set a limit of this process for a while."""
    soft, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (limit, hard))
    try:
        yield
    finally:
        resource.setrlimit(kind, (soft, hard))


FULL_DISKS = [
    (10_000, ["--checkpoint-every", "1"], "checkpoint.npz"),
    (40_000, ["--checkpoint-every", "1"], "checkpoint.npz"),
    (10_000, ["--checkpoint-every", "1", "--passes", "2"], "minibatches.cache"),
    (60_000, ["--checkpoint-every", "0", "--passes", "2"], "minibatches.cache"),
    (10_000, ["--checkpoint-every", "0"], "classifier.npz"),
    (66_000, ["--checkpoint-every", "0", "--keep", "1000"], "classifier.pkl"),
    (0, ["--checkpoint-every", "0"], "training.json"),
]


@pytest.mark.parametrize(("room", "options", "name"), FULL_DISKS)
def test_full_disk_leaves_the_earlier_model(room, options, name, model_dir, earlier_model):
    with soft_limit(resource.RLIMIT_FSIZE, room):
        result = train(SAMPLE, "--model", model_dir, *options)
    named = re.search(re.escape(f"{model_dir}/") + name + ": File too large", result.stderr)
    assert named, result.stderr
    assert_refused(result, named.group(), model_dir, earlier_model)


def test_full_disk_leaves_the_last_checkpoint_to_resume_from(tmp_path, model_dir, earlier_model):
    options = ["--model", model_dir, "--passes", 2, "--checkpoint-every", 1, "--n-features", "2**12"]
    # Room for the checkpoint and some minibatches, but not for all.
    with soft_limit(resource.RLIMIT_FSIZE, 150_000):
        result = train(SAMPLE, *options)
    assert f"{model_dir / 'minibatches.cache'}: File too large" in result.stderr
    assert contents(model_dir).keys() - earlier_model.keys() == {"checkpoint.npz", "minibatches.cache"}
    assert contents(model_dir).items() >= earlier_model.items()
    assert train(SAMPLE, *options, "--resume").exit_code == 0
    assert train(SAMPLE, *options, "--model", tmp_path / "undisturbed").exit_code == 0
    assert contents(model_dir)["classifier.npz"] == contents(tmp_path / "undisturbed")["classifier.npz"]


@contextmanager
def without_privileges():
    """Let root be nobody for a while."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@pytest.mark.usefixtures("earlier_model")  # imports what nobody may not be able to read
def test_model_folder_that_cannot_be_written_is_said_before_the_training():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "sample.csv").write_bytes(SAMPLE.read_bytes())
        folder.chmod(0o555)
        try:
            with without_privileges():
                there = train(folder / "sample.csv", "--model", folder)
                below = train(folder / "sample.csv", "--model", folder / "new")
        finally:
            folder.chmod(0o755)
    assert (there.exit_code, below.exit_code) == (2, 2)
    message = f"Error: {folder}: the model folder is not writable; pass a different --model\n"
    assert there.stderr.endswith(message)
    assert below.stderr.endswith(f"Error: {folder / 'new'}: Permission denied\n")


def test_model_folder_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    result = train(SAMPLE, "--model", tmp_path / "file" / "model")
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == f"Error: {tmp_path / 'file' / 'model'}: Not a directory"


@pytest.fixture(scope="session")
def long_csv(tmp_path_factory):
    """Return a corpus that takes some seconds to train on."""
    rows = SAMPLE.read_bytes().removeprefix(HEADER)
    path = tmp_path_factory.mktemp("long") / "movie_data.csv"
    path.write_bytes(HEADER + rows * 150)
    return path


@pytest.mark.parametrize("options", [["--checkpoint-every", 5], ["--checkpoint-every", 0, "--passes", 3]])
def test_ctrl_c_leaves_the_earlier_model_and_no_temporary_file(options, long_csv, model_dir, earlier_model):
    run = start(long_csv, "--model", model_dir, *options)
    while not is_fitting(run.pid, model_dir):
        assert run.poll() is None, run.communicate()
        time.sleep(0.01)
    run.send_signal(signal.SIGINT)
    stdout, stderr = run.communicate()
    assert run.returncode == 130
    assert stdout == ""
    found = contents(model_dir)
    if "checkpoint.npz" in found:
        assert stderr.splitlines()[-1] == "Stopped. Repeat it with --resume to go on from the last checkpoint."
        del found["checkpoint.npz"]
    else:
        assert stderr.splitlines()[-1] == "Stopped."
    assert found == earlier_model


def test_second_training_in_a_folder_is_refused_while_the_first_is_at_work(long_csv, model_dir, earlier_model):
    run = start(long_csv, "--model", model_dir, "--checkpoint-every", 5)
    while not is_fitting(run.pid, model_dir):
        assert run.poll() is None, run.communicate()
        time.sleep(0.01)
    second = train(SAMPLE, "--model", model_dir)
    run.kill()
    run.communicate()
    assert second.exit_code == 2
    assert second.stderr.splitlines()[-1] == (
        f"Error: {model_dir}: a different training is writing into this folder; wait for its end, or pass a different --model"
    )
    assert contents(model_dir).items() >= earlier_model.items()
    assert train(long_csv, "--model", model_dir, "--resume").exit_code == 0


def is_fitting(pid, model_dir):
    """Tell whether a process has written a checkpoint, or has a cache without a name."""
    if (model_dir / "checkpoint.npz").exists():
        return True
    try:
        targets = [os.readlink(entry) for entry in Path(f"/proc/{pid}/fd").iterdir()]
    except OSError:  # a descriptor that was closed meanwhile
        return False
    return any("minibatches.cache (deleted)" in target for target in targets)


def test_finished_run_leaves_the_model_and_what_continue_needs(model_dir, earlier_model):
    assert earlier_model.keys() == MODEL | {"trainer.npz"}
    assert train(SAMPLE, "--model", model_dir, "--checkpoint-every", 0).exit_code == 0
    assert contents(model_dir).keys() == MODEL


def test_stdout_gets_json_only(tmp_path):
    run = start(SAMPLE, "--model", tmp_path, "--json", "--progress")
    stdout, stderr = run.communicate()
    found = json.loads(stdout)
    assert run.returncode == 0
    assert found["n_documents"] == 40
    assert 0.5 < found["accuracy"] <= 1
    assert sum(map(sum, found["confusion_matrix"])) == 40
    assert found.keys() >= {"standard_error", "log_loss", "roc_auc", "calibration_error", "per_class", "seconds"}
    assert "Training on" in stderr


def test_report_names_every_metric(tmp_path):
    result = train(SAMPLE, "--model", tmp_path)
    for name in ("accuracy", "±", "log loss", "ROC AUC", "calibration error", "seconds", "peak MB"):
        assert name in result.stdout
    for name in ("precision", "recall", "F1", "confusion matrix", "negative", "positive"):
        assert name in result.stdout


def record(tmp_path, *options, corpus=SAMPLE):
    """Return the bytes of the record that training writes."""
    result = train(corpus, "--model", tmp_path / "model", *options)
    assert result.exit_code == 0, result.output
    return (tmp_path / "model" / "classifier.npz").read_bytes()


@pytest.mark.parametrize("options", [[], ["--recipe", "book"], ["--passes", "3"], ["--keep", "100"]])
def test_two_runs_write_the_same_bytes_with_any_number_of_threads(options, tmp_path, monkeypatch):
    expected = record(tmp_path, *options, "--threads", "1")
    assert record(tmp_path, *options, "--threads", "1") == expected
    assert record(tmp_path, *options, "--threads", "2", "--checkpoint-every", "1") == expected
    assert record(tmp_path, *options, "--threads", "4") == expected
    monkeypatch.setenv("MOVIECLASSIFIER_PURE_PYTHON", "1")
    assert record(tmp_path, *options) == expected


def test_a_different_seed_writes_different_bytes(tmp_path):
    assert record(tmp_path, "--seed", "1") != record(tmp_path, "--seed", "2")


def test_options_are_kept_in_the_record(tmp_path):
    options = ["--ngrams", "2", "--min-df", "3", "--alpha", "0.001", "--n-train", "300", "--n-holdout", "50"]
    record(tmp_path, *options)
    classifier = load_classifier(tmp_path / "model")
    recipe, metadata = classifier.recipe, classifier.metadata
    assert (recipe.ngrams.ngram_range, recipe.min_df, recipe.alpha, recipe.ngrams.n_features) == (
        (1, 2),
        3,
        0.001,
        2**14,
    )
    assert (metadata["n_train"], metadata["n_holdout"], metadata["metrics"]["n_documents"]) == (300, 50, 50)
    assert metadata["corpus"] == ["sample_reviews.csv"]
    assert len(metadata["sha256"]) == 64


def test_record_of_a_shuffled_corpus_tells_which_one_and_the_seed(tmp_path):
    record(tmp_path)
    assert "shuffle_seed" not in load_classifier(tmp_path / "model").metadata
    record(tmp_path, "--shuffle", "--shuffle-seed", 7)
    metadata = load_classifier(tmp_path / "model").metadata
    assert metadata["sha256"] == hashlib.sha256(SAMPLE.read_bytes()).hexdigest()
    assert metadata["shuffle_seed"] == 7
    told = CliRunner().invoke(command_line, ["info", "--model", str(tmp_path / "model")])
    assert "360 documents of sample_reviews.csv, shuffled with the seed 7" in told.stdout


def test_last_tenth_is_held_out_and_the_last_minibatch_is_trained_on(tmp_path):
    record(tmp_path, "--recipe", "book")
    classifier = load_classifier(tmp_path / "model")
    assert classifier.metadata["n_train"] == 360
    # 3 minibatches of 100, and one of 60: SGD counts its steps from 1.
    assert classifier.weights.t == 361


def test_test_corpus_is_evaluated_on(tmp_path):
    result = train(SAMPLE, "--test", SAMPLE, "--model", tmp_path, "--json")
    assert json.loads(result.stdout)["n_documents"] == 400
    assert load_classifier(tmp_path).metadata["evaluated_on"] == "sample_reviews.csv"


def write_rows(path, rows, header=("review", "sentiment")):
    with replace_file(path, "w") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def test_sorted_corpus_is_refused_allowed_or_shuffled(tmp_path, movie_data_csv):
    rows = [document for _, document in zip(range(20_000), iter_csv(movie_data_csv), strict=False)]
    given, by_label, shuffled = (tmp_path / f"{name}.csv" for name in ("given", "by_label", "shuffled"))
    write_rows(given, rows)
    # The holdout of a sorted corpus would hold one label only: let it be mixed, and compare the training.
    write_rows(by_label, sorted(rows[:-4000], key=lambda row: row[1]) + rows[-4000:])
    options = [
        "--n-holdout",
        "4000",
        "--n-features",
        "2**20",
        "--no-progress",
        "--keep-state",
        "--json",
        "--checkpoint-every",
        "0",
    ]

    def accuracy(path, *more):
        arguments = [str(path), *options, "--model", str(tmp_path / "model"), *more]
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)["accuracy"]

    refused = CliRunner().invoke(main, [str(by_label), *options, "--model", str(tmp_path / "model")])
    assert refused.exit_code == 2
    assert re.search(r"documents 1 to \d+ are all labelled '0'\. A stream sorted by label trains badly", refused.stderr)
    assert "movieclassifier shuffle IN OUT" in refused.stderr
    assert CliRunner().invoke(command_line, ["shuffle", str(by_label), str(shuffled)]).exit_code == 0
    expected = accuracy(given)
    assert accuracy(by_label, "--allow-sorted") < expected - 0.1
    # Two orders have other holdouts: three standard errors of the difference.
    assert abs(accuracy(shuffled) - expected) < 0.02


def test_any_minibatch_size_notices_a_sorted_corpus(tmp_path):
    rows = list(iter_csv(SAMPLE))
    write_rows(tmp_path / "sorted.csv", sorted(rows, key=lambda row: row[1]))
    for size in ("1", "7", "400"):
        result = train(tmp_path / "sorted.csv", "--model", tmp_path / "model", "--minibatch-size", size)
        assert result.exit_code == 2
    random.Random(0).shuffle(rows)
    write_rows(tmp_path / "sorted.csv", rows)
    assert train(tmp_path / "sorted.csv", "--model", tmp_path / "model").exit_code == 0


def test_labels_may_be_words_of_any_number(tmp_path):
    words = ["großartig", "naja", "schlecht"]
    rows = [(f"{text} {words[i % 3]}", words[i % 3]) for i, (text, _) in enumerate(iter_csv(SAMPLE))]
    write_rows(tmp_path / "words.csv", rows, header=("text", "label"))
    result = train(tmp_path / "words.csv", "--model", tmp_path / "model", "--json")
    assert json.loads(result.stdout)["per_class"].keys() == set(words)
    assert load_classifier(tmp_path / "model").predict(words).tolist() == words


def test_script_is_read_on_one_page():
    assert len(Path(train_online.__file__).read_text("utf-8").splitlines()) < 50


def test_corpus_can_be_trained_on_whole_and_the_record_says_that_nothing_was_measured(tmp_path):
    result = train(SAMPLE, "--model", tmp_path, "--n-holdout", 0, "--json")
    assert result.exit_code == 0, result.output
    assert "Warning: nothing was measured" in result.stderr
    assert "accuracy" not in json.loads(result.stdout)
    metadata = load_classifier(tmp_path).metadata
    assert (metadata["n_train"], metadata["n_holdout"], metadata["evaluated_on"]) == (400, 0, "nothing")
    assert "metrics" not in metadata
    assert "accuracy" not in train(SAMPLE, "--model", tmp_path, "--n-holdout", 0).stdout
    told = CliRunner().invoke(command_line, ["info", "--model", str(tmp_path)])
    assert (told.exit_code, "accuracy         unknown" in told.stdout) == (0, True)
    assert {line.split()[1] for line in told.stdout.splitlines() if line.startswith("for ")} == {"negative", "positive"}


def test_many_labels_on_short_documents_cost_little(tmp_path):
    draw = random.Random(0)
    rows = [
        (" ".join(f"w{draw.randrange(3000)}" for _ in range(9)) + f" topic{i % 77}", f"l{i % 77}") for i in range(1000)
    ]
    draw.shuffle(rows)
    write_rows(tmp_path / "many.csv", rows, header=("text", "label"))
    command = [sys.executable, "train_online.py", tmp_path / "many.csv", "--model", tmp_path / "model", "--json"]
    found = json.loads(subprocess.run(list(map(str, command)), capture_output=True, check=True).stdout)
    assert found["peak_MB"] < 400
    assert sum(path.stat().st_size for path in (tmp_path / "model").iterdir()) < 30 * 10**6
    assert found["accuracy"] > 0.9


HEAPS = """
import ctypes
from movieclassifier.evaluation.train import train
from train_online import main
{call}
c = ctypes.CDLL(None)
c.fopen.restype = ctypes.c_void_p
file = ctypes.c_void_p(c.fopen(b"heaps.xml", b"w"))
assert c.malloc_info(0, file) == c.fclose(file) == 0
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "gnu_get_libc_version"), reason="glibc alone has heaps of threads")
@pytest.mark.parametrize(
    "call", [f"main([{str(SAMPLE)!r}, '--model', 'model'], standalone_mode=False)", f"train({str(SAMPLE)!r})"]
)
def test_every_thread_of_a_training_shares_the_heap(call, tmp_path):
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-c", HEAPS.format(call=call)], check=True, cwd=tmp_path, env=environment)
    assert (tmp_path / "heaps.xml").read_text().count("<heap nr=") == 1


def test_nearly_as_many_labels_as_documents_are_doubted(tmp_path):
    rows = [(f"{text} {i}", f"l{i % 200}") for i, (text, _) in enumerate(iter_csv(SAMPLE))]
    write_rows(tmp_path / "many.csv", rows, header=("text", "label"))
    result = train(tmp_path / "many.csv", "--model", tmp_path / "model")
    assert "Warning: there are 200 labels on 400 documents; is --label-column the column" in result.stderr
