"""``train --shards``: the same record from every engine, with workers that die, and after an interruption."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

import train_online
from tests.support.patience import PATIENCE

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "movieclassifier/bundled/sample_reviews.csv"


def command(folder, *options):
    settings = ["--n-holdout", "40", "--n-features", "2**16", "--minibatch-size", "10", "--model", str(folder)]
    return [sys.executable, str(ROOT / "train_online.py"), str(SAMPLE), "--passes", "2", *settings, *options]


def train(folder, *options):
    return subprocess.run(command(folder, *options), capture_output=True, text=True, cwd=folder.parent)


def digest(folder):
    return hashlib.sha256((folder / "classifier.npz").read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shards") / "model"
    done = train(folder, "--shards", "6", "--workers", "1")
    assert done.returncode == 0, done.stderr
    assert "Warning: a shard has about 57 documents; with fewer than 2,000 the model is less accurate." in done.stderr
    return folder


def test_the_folder_holds_the_model_alone(trained):
    assert sorted(os.listdir(trained)) == ["classifier.npz"]


def test_two_processes_give_the_same_record(trained, tmp_path):
    train(tmp_path / "model", "--shards", "6", "--workers", "2")
    assert digest(tmp_path / "model") == digest(trained)


def test_files_that_shuffle_has_dealt_out_are_trained_on(tmp_path):
    pattern = tmp_path / "part-{}.csv.gz"
    program = "from movieclassifier.cli import main; main()"
    shuffle = [sys.executable, "-c", program, "shuffle", str(SAMPLE), str(pattern), "--shards", "4"]
    subprocess.run(shuffle, check=True, capture_output=True)
    digests = set()
    for n_workers in ("1", "2"):
        folder = tmp_path / n_workers
        corpus = str(pattern).format("*")
        options = command(folder, "--shards", "6", "--workers", n_workers)
        done = subprocess.run([word if word != str(SAMPLE) else corpus for word in options], capture_output=True)
        assert done.returncode == 0, done.stderr
        digests.add(digest(folder))
    assert len(digests) == 1


def test_dask_gives_the_same_record(trained, tmp_path):
    pytest.importorskip("distributed", reason="the extra dask is not installed")
    done = train(tmp_path / "model", "--shards", "6", "--on", "dask", "--workers", "2", "--cache-dir", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert digest(tmp_path / "model") == digest(trained)


def test_one_shard_is_the_way_of_one_machine(tmp_path):
    for name, options in ("plain", []), ("one", ["--shards", "1"]):
        train(tmp_path / name, *options)
    assert digest(tmp_path / "plain") == digest(tmp_path / "one")


def kill_workers(pid, n):
    """Kill worker processes of a training as they come, up to a number; returns how many died."""
    n_killed, deadline = 0, time.monotonic() + 60
    while n_killed < n and time.monotonic() < deadline and Path(f"/proc/{pid}").exists():
        n_before = n_killed
        with suppress(OSError):  # one of them has just ended
            for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
                if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes():
                    os.kill(int(child), signal.SIGKILL)
                    n_killed += 1
        time.sleep(0.3 if n_killed > n_before else 0.01)
    return n_killed


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="finding the workers takes Linux's /proc")
def test_workers_that_die_cost_nothing_but_time(trained, tmp_path):
    process = subprocess.Popen(command(tmp_path / "model", "--shards", "6", "--workers", "2"), stderr=subprocess.PIPE)
    killed = []
    killer = threading.Thread(target=lambda: killed.append(kill_workers(process.pid, 3)))
    killer.start()
    _, stderr = process.communicate(timeout=PATIENCE)
    killer.join()
    assert process.returncode == 0, stderr
    assert killed[0] >= 1
    assert digest(tmp_path / "model") == digest(trained)


def test_a_killed_driver_is_gone_on_from(trained, tmp_path):
    folder = tmp_path / "model"
    process = subprocess.Popen(command(folder, "--shards", "6", "--workers", "2"), stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not (folder / "shards.npz").exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    process.wait()
    done = train(folder, "--shards", "6", "--workers", "1", "--resume")
    assert done.returncode == 0, done.stderr
    assert digest(folder) == digest(trained)
    assert sorted(os.listdir(folder)) == sorted(os.listdir(trained))


def group_is_alive(pid):
    try:
        os.killpg(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.parametrize("engine", ["local", "dask"])
def test_ctrl_c_cancels_the_tasks_and_says_how_to_go_on(engine, trained, tmp_path):
    if engine == "dask":
        pytest.importorskip("distributed", reason="the extra dask is not installed")
    folder, options = tmp_path / "model", ["--shards", "6", "--workers", "2"]
    # A group of its own, as a terminal makes it: Ctrl-C reaches the workers, too.
    process = subprocess.Popen(
        command(folder, *options, "--on", engine), stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    deadline = time.monotonic() + PATIENCE
    while not (folder / "shards.npz").exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    _, stderr = process.communicate(timeout=PATIENCE)
    if process.returncode == 0:
        pytest.skip("the run was over before Ctrl-C came")
    assert process.returncode == 130, stderr
    assert "Stopped. Repeat it with --resume to go on from the last pass." in stderr
    assert "Traceback" not in stderr
    assert sorted(os.listdir(folder)) == ["shards-counts.npz", "shards.npz", "training.json"]
    while group_is_alive(process.pid) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not group_is_alive(process.pid)
    # The checkpoint knows the options of its run.
    again = [sys.executable, str(ROOT / "train_online.py"), str(SAMPLE), "--resume", "--model", str(folder)]
    done = subprocess.run(again, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert digest(folder) == digest(trained)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--shards", "4", "--continue"], "--continue goes on from one trainer, and shards have many"),
        (["--shards", "0"], "0 is not in the range x>=1"),
        (["--shards", "4", "--on", "nowhere.json"], "nowhere.json"),
        (["--shards", "4", "--on", ""], "there is no such scheduler file"),
        (["--shards", "4", "--on", str(ROOT / "pyproject.toml")], "this leads to no scheduler of Dask"),
        (["--shards", "4", "--keep-state"], "--keep-state keeps the state of one trainer, and shards have many"),
    ],
)
def test_a_mistake_is_one_line(options, message, trained, tmp_path):
    done = train(tmp_path / "model", *options)
    assert done.returncode == 2
    assert message in done.stderr.splitlines()[-1]


def test_a_damaged_checkpoint_is_not_taken_for_none(tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "shards.npz").write_bytes(b"half of it")
    done = train(tmp_path / "model", "--resume")
    assert done.returncode == 2
    assert "shards.npz is damaged, or of a different version; start without --resume" in done.stderr
    assert os.listdir(tmp_path / "model") == ["shards.npz"]


@pytest.mark.parametrize("engine", ["local", "dask"])
def test_a_fault_of_the_corpus_is_one_line_from_every_engine(engine, tmp_path):
    if engine == "dask":
        pytest.importorskip("distributed", reason="the extra dask is not installed")
    path = tmp_path / "sorted.jsonl"
    documents = [{"text": f"words {i}", "label": i // 20_000} for i in range(40_000)]
    path.write_text("".join(json.dumps(document) + "\n" for document in documents))
    options = ["--shards", "4", "--workers", "2", "--on", engine, "--model", str(tmp_path / "model")]
    call = [sys.executable, str(ROOT / "train_online.py"), str(path), *options, "--no-progress"]
    done = subprocess.run(call, capture_output=True, text=True)
    assert done.returncode == 2
    assert len([line for line in done.stderr.splitlines() if not line.endswith("read as --format jsonl.")]) == 1
    assert "A stream sorted by label trains badly" in done.stderr


def test_passes_are_kept_until_the_model_is_saved(trained, tmp_path, monkeypatch):
    def stop(*arguments):
        raise KeyboardInterrupt

    options = command(tmp_path / "model", "--shards", "6")[2:]
    monkeypatch.setattr("movieclassifier.evaluation.unseen.evaluate", stop)
    assert CliRunner().invoke(train_online.main, options).exit_code == 130
    assert sorted(os.listdir(tmp_path / "model")) == ["shards-counts.npz", "shards.npz", "training.json"]
    monkeypatch.undo()
    done = train(tmp_path / "model", "--shards", "6", "--resume")
    assert done.returncode == 0, done.stderr
    assert digest(tmp_path / "model") == digest(trained)
    assert os.listdir(tmp_path / "model") == ["classifier.npz"]


def test_an_engine_alone_takes_as_many_shards_as_suit(tmp_path):
    done = train(tmp_path / "model", "--on", "local", "--keep-state")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "model" / "trainer.npz").exists()  # 360 documents are one shard
