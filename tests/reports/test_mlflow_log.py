"""MLflow is a real server here, with a database and artifacts of its own."""

import importlib.util
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from movieclassifier.cli import main
from movieclassifier.models.persistence import load_classifier
from movieclassifier.reports.mlflow_log import LEFT_OUT, final_metrics
from tests.support.patience import PATIENCE

mlflow = pytest.importorskip("mlflow")
# MLflow's own warnings are its own affair.
pytestmark = pytest.mark.filterwarnings("ignore")

SAMPLE = "movieclassifier/bundled/sample_reviews.csv"
TEXTS = ["a great film", "dull, and a waste of time :(", "", "Ünïcode ★★★★"]
LOAD = """
import json, sys
import mlflow, pandas
model = mlflow.pyfunc.load_model(sys.argv[1])
texts = json.loads(sys.argv[2])
tables = [model.predict(texts), model.predict(pandas.DataFrame({"text": texts}))]
import movieclassifier
print(json.dumps([movieclassifier.__file__, *(table.to_dict("list") for table in tables)]))
"""


def test_a_run_of_the_tests_reports_nothing_to_the_makers_of_mlflow():
    from mlflow.telemetry import get_telemetry_client

    assert get_telemetry_client() is None


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Start an MLflow server; returns its address."""
    folder = tmp_path_factory.mktemp("mlflow")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = {
        "--backend-store-uri": f"sqlite:///{folder}/mlflow.db",
        "--artifacts-destination": str(folder / "artifacts"),
    }
    options |= {"--host": "127.0.0.1", "--port": str(port), "--workers": "1"}
    command = [sys.executable, "-m", "mlflow", "server", *(part for pair in options.items() for part in pair)]
    environment = os.environ | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/health", process, folder / "log")
        yield address
    finally:
        process.terminate()
        process.wait(PATIENCE)


def wait_for(url, process, log, seconds=PATIENCE):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the server does not answer: {log.read_text()[-2000:]}")


@pytest.fixture(scope="module")
def tracked(server, tmp_path_factory):
    """Train twice with --track; returns a client, the runs by recipe, and the model folders."""
    folders = {recipe: tmp_path_factory.mktemp(recipe) for recipe in ("default", "book")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", server)
        for recipe, folder in folders.items():
            arguments = ["train", SAMPLE, "--recipe", recipe, "--n-features", "2**14", "--n-holdout", "100", "--track"]
            result = CliRunner().invoke(main, [*arguments, "--model", str(folder)])
            assert result.exit_code == 0, (result.output, result.exception)
            assert f"Logged to {server} as run " in result.stderr
    client = mlflow.MlflowClient(server)
    (experiment,) = client.search_experiments(filter_string="name = 'movieclassifier'")
    runs = {run.info.run_name: run for run in client.search_runs([experiment.experiment_id])}
    return client, runs, folders


def test_runs_are_found_with_the_figures_of_the_report(tracked):
    _, runs, folders = tracked
    assert set(runs) == {"default", "book"}
    for recipe, run in runs.items():
        metrics = load_classifier(folders[recipe]).metadata["metrics"]
        for name in ("accuracy", "log_loss", "roc_auc", "calibration_error", "standard_error", "n_documents"):
            assert run.data.metrics[name] == metrics[name]
        assert run.data.metrics["negative_f1"] == metrics["per_class"]["negative"]["f1"]
        assert run.data.metrics["seconds"] > 0


def test_runs_have_the_settings_and_where_the_model_came_from(tracked):
    _, runs, folders = tracked
    parameters = runs["default"].data.params
    metadata = load_classifier(folders["default"]).metadata
    assert parameters["n_features"] == "16384"
    assert parameters["ngram_range"] == "(1, 3)"
    assert parameters["corpus"] == "sample_reviews.csv"
    assert parameters["sha256"] == metadata["sha256"]
    assert runs["book"].data.params["tokenizer"] == "book"


def test_curves_are_logged_by_documents(tracked):
    client, runs, folders = tracked
    for recipe, run in runs.items():
        points = [
            (metric.step, metric.value) for metric in client.get_metric_history(run.info.run_id, "prequential_accuracy")
        ]
        assert points == [tuple(point) for point in load_classifier(folders[recipe]).metadata["learning_curve"]]
        curve = client.get_metric_history(run.info.run_id, "test_accuracy")
        assert [metric.step for metric in curve] == [150, 300]
        assert curve[-1].value == run.data.metrics["accuracy"]


def test_the_report_and_its_pictures_are_artifacts(tracked, tmp_path):
    client, runs, folders = tracked
    local = Path(client.download_artifacts(runs["default"].info.run_id, "report", str(tmp_path)))
    assert {"report.html", "roc.svg", "roc.png", "cloud_1.png"} <= {path.name for path in local.iterdir()}
    arguments = ["report", SAMPLE, "--model", str(folders["default"]), "--output", str(tmp_path / "again")]
    assert CliRunner().invoke(main, arguments).exit_code == 0
    for path in local.iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes()


def test_registered_model_predicts_the_same_where_this_checkout_is_not(tracked, server, tmp_path):
    client, runs, folders = tracked
    (version,) = client.search_model_versions(f"run_id = '{runs['default'].info.run_id}'")
    assert version.name == "movieclassifier"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment |= {"MLFLOW_TRACKING_URI": server}
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-c",
        LOAD,
        f"models:/movieclassifier/{version.version}",
        json.dumps(TEXTS),
    ]
    result = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    where, *tables = json.loads(result.stdout)
    assert not Path(where).is_relative_to(Path(importlib.util.find_spec("movieclassifier").origin).parent)
    classifier = load_classifier(folders["default"])
    for table in tables:
        assert table["label"] == classifier.predict(TEXTS).tolist()
        assert table["p_positive"] == classifier.predict_proba(TEXTS)[:, 1].tolist()


def test_the_logged_model_holds_the_record_and_no_pickle(tracked, server, tmp_path):
    client, runs, folders = tracked
    (version,) = client.search_model_versions(f"run_id = '{runs['book'].info.run_id}'")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", server)
        local = Path(
            mlflow.artifacts.download_artifacts(f"models:/movieclassifier/{version.version}", dst_path=str(tmp_path))
        )
    paths = [path for path in local.rglob("*") if path.is_file()]
    (record,) = [path for path in paths if path.name == "classifier.npz"]
    assert record.read_bytes() == (folders["book"] / "classifier.npz").read_bytes()
    assert not [path for path in paths if path.suffix == ".pkl"]
    assert not [path for path in paths if path.name in LEFT_OUT or path.parent.name in LEFT_OUT]


def test_a_comparison_is_a_run_with_a_run_for_each_recipe(server, tracked):
    client = tracked[0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", server)
        patch.setenv("MLFLOW_EXPERIMENT_NAME", "comparisons")
        arguments = ["compare", SAMPLE, "--recipe", "multinomial-nb", "--recipe", "perceptron", "--track", "--json"]
        result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    rows = {row["recipe"]: row for row in json.loads(result.stdout)["rows"]}
    (experiment,) = client.search_experiments(filter_string="name = 'comparisons'")
    runs = {run.info.run_name: run for run in client.search_runs([experiment.experiment_id])}
    above = runs.pop("comparison on sample_reviews.csv")
    assert set(runs) == set(rows)
    for name, run in runs.items():
        assert run.data.tags["mlflow.parentRunId"] == above.info.run_id
        assert run.data.metrics["accuracy"] == rows[name]["accuracy"]
        assert ("log_loss" in run.data.metrics) == (name == "multinomial-nb")
    assert [item.path for item in client.list_artifacts(above.info.run_id)] == ["comparison.html"]


def test_a_server_that_does_not_answer_costs_no_table(monkeypatch):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{probe.getsockname()[1]}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    result = CliRunner().invoke(main, ["compare", SAMPLE, "--recipe", "multinomial-nb", "--track"])
    assert result.exit_code == 2
    assert "multinomial-nb  in memory  0." in result.stdout
    assert f"Error: MLflow could not log to {address}: " in result.stderr


def test_labels_in_any_alphabet_have_figures_of_their_own():
    rows = {name: {"f1": i / 8} for i, name in enumerate(("正面", "负面", "a?", "a!"))}
    found = final_metrics({"accuracy": 0.5, "per_class": rows})
    assert found == {"accuracy": 0.5, "正面_f1": 0, "负面_f1": 0.125, "a__2_f1": 0.25, "a__3_f1": 0.375}
    for name in found:
        mlflow.utils.validation._validate_metric_name(name)


def test_without_what_draws_a_run_is_tracked_without_a_report(server, tracked, tmp_path, monkeypatch):
    client = tracked[0]
    found = importlib.util.find_spec
    monkeypatch.setattr(
        "movieclassifier.reports.mlflow_log.find_spec", lambda name: None if name == "wordcloud" else found(name)
    )
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server)
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "plain")
    result = CliRunner().invoke(main, ["train", SAMPLE, "--track", "--n-features", "1024", "--model", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert "No report: pip install 'movieclassifier[report]' for one." in result.stderr
    (experiment,) = client.search_experiments(filter_string="name = 'plain'")
    (run,) = client.search_runs([experiment.experiment_id])
    assert client.list_artifacts(run.info.run_id, "report") == []
