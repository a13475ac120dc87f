"""``movieclassifier serve`` and gunicorn, run as people run them."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from click.testing import CliRunner

from movieclassifier.commands.serve import main
from tests.support.command_line import run
from tests.support.patience import PATIENCE

ROOT = Path(__file__).parents[2]
SERVE = [sys.executable, "-c", "from movieclassifier.cli import main; main()", "serve"]
GUNICORN = [sys.executable, "-m", "gunicorn", "movieclassifier.web:create_app()"]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def serving(command, folder, model, port, **environ):
    """Run a server in a folder, and yield it when it answers."""
    environ = (
        {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("MOVIECLASSIFIER_", "DATABASE_URL", "SECRET_KEY"))
        }
        | {"PYTHONPATH": str(ROOT), "TMPDIR": str(folder), "MOVIECLASSIFIER_MODEL": str(model), "HOME": str(folder)}
        | environ
    )
    process = subprocess.Popen(
        [*command], cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        deadline = time.monotonic() + PATIENCE
        while process.poll() is None and time.monotonic() < deadline:
            with suppress(OSError):
                if get(port, "/readyz")[0] == 200:
                    break
            time.sleep(0.1)
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.stdout.close()
        process.stderr.close()
        process.wait()


def get(port, path):
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()


def test_serve_says_what_it_serves_and_counts_right_across_its_workers(tmp_path, small_model):
    port = free_port()
    with serving([*SERVE, "--port", str(port), "--workers", "2"], tmp_path, small_model, port) as process:
        models = [json.loads(get(port, "/api/v1/model")[1]) for _ in range(20)]
        assert len({model["weights_sha256"] for model in models}) == 1
        _, text = get(port, "/metrics")
        assert 'movieclassifier_requests_total{group="api",status="2xx"} 20' in text
        [counters] = tmp_path.glob("movieclassifier-metrics-*")
        workers = {path.name for path in counters.iterdir()}
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=PATIENCE)
    assert re.match(r"Serving version 1 of .+/classifier\.npz \(recipe default, accuracy 0\.\d+ when it", output)
    assert f"Listening at http://127.0.0.1:{port} (Ctrl-C stops it)." in output
    assert errors == ""
    assert 1 <= len(workers) <= 2
    assert not counters.exists()
    assert sorted(path.name for path in (tmp_path / "instance").glob("*y")) == ["secret_key"]


def test_port_0_takes_a_free_port_and_says_which(tmp_path, small_model):
    environ = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path), "HOME": str(tmp_path)}
    command = [*SERVE, "--port", "0", "--workers", "1", "--model", str(small_model)]
    with subprocess.Popen(command, cwd=tmp_path, env=environ, stdout=subprocess.PIPE, text=True) as process:
        try:
            said = next((line for line in process.stdout if line.startswith("Listening at")), "")
            port = int(re.fullmatch(r"Listening at http://127\.0\.0\.1:([1-9]\d*) \(Ctrl-C stops it\)\.\n", said)[1])
            assert get(port, "/healthz")[0] == 200
        finally:
            process.terminate()


def test_gunicorn_without_any_settings_serves_it_too(tmp_path, small_model):
    port = free_port()
    command = [*GUNICORN, "--bind", f"127.0.0.1:{port}", "--workers", "2"]
    with serving(command, tmp_path, small_model, port):
        for _ in range(10):
            assert get(port, "/api/v1/model")[0] == 200
        assert 'movieclassifier_requests_total{group="api",status="2xx"} 10' in get(port, "/metrics")[1]


def test_with_its_settings_gunicorn_listens_where_the_platform_says(tmp_path, small_model):
    port = free_port()
    command = [*GUNICORN, "--config", "python:movieclassifier.gunicorn_conf"]
    environ = {"PORT": str(port), "WEB_CONCURRENCY": "1", "DYNO": "web.1", "SECRET_KEY": "93c4ae0f1d7b6285"}
    with serving(command, tmp_path, small_model, port, **environ) as process:
        assert json.loads(get(port, "/api/v1/model")[1])["mode"] == "review"
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as browser:
            browser.request("GET", "/healthz")
            browser.getresponse().read()
            process.terminate()
            _, errors = process.communicate(timeout=15)  # although the browser keeps its connection
    assert "Serving version 1 of " in errors
    assert process.returncode == 0


def test_at_every_address_that_a_platform_names_it_needs_a_key(tmp_path, small_model):
    command = [*GUNICORN, "--config", "python:movieclassifier.gunicorn_conf"]
    port = free_port()
    with serving(command, tmp_path, small_model, port, PORT=str(port), WEB_CONCURRENCY="1") as process:
        assert process.poll() is not None
        assert "SECRET_KEY is not set, and a deployed server needs one" in process.communicate()[1]
    assert not (tmp_path / "instance").exists()


def test_debug_is_flasks_own_server(tmp_path, small_model):
    port = free_port()
    with serving([*SERVE, "--port", str(port), "--debug"], tmp_path, small_model, port) as process:
        assert get(port, "/healthz")[0] == 200
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=PATIENCE)
    assert "development server" in errors


def test_a_port_in_use_is_one_line(small_model):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = CliRunner().invoke(main, ["--port", str(port), "--model", str(small_model)])
    assert result.exit_code == 2
    assert result.output == f"Error: 127.0.0.1:{port}: Address already in use; pass a different --port\n"


def test_other_people_get_no_debugger():
    result = CliRunner().invoke(main, ["--host", "0.0.0.0", "--debug"])
    assert result.exit_code == 2
    assert "--debug lets whoever reaches it run code" in result.output


def test_for_other_people_it_needs_a_key(tmp_path, monkeypatch, small_model):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["--host", "0.0.0.0", "--port", "0", "--model", str(small_model)])
    assert result.exit_code == 2
    assert "Error: SECRET_KEY is not set, and a deployed server needs one." in result.output
    assert not list(tmp_path.iterdir())


def test_a_missing_model_is_one_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["--model", "nothing.npz", "--port", "0"])
    assert result.exit_code == 2
    assert result.output.startswith("Error: nothing.npz: there is no such model. ")
    assert result.output.count("\n") == 1


def test_for_other_people_over_plain_http_it_says_that_https_is_missing(tmp_path, monkeypatch, small_model):
    from movieclassifier.commands import serve

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SECRET_KEY", "93c4ae0f1d7b6285")
    monkeypatch.setattr(serve, "run_gunicorn", lambda app, bind, workers: None)
    arguments = ["--host", "0.0.0.0", "--port", "0", "--model", str(small_model)]
    assert "over plain http no form works. Put a proxy" in CliRunner().invoke(main, arguments).output
    monkeypatch.setenv("MOVIECLASSIFIER_DEPLOYED", "0")
    output = CliRunner().invoke(main, arguments).output
    assert "Serving version 1" in output
    assert "plain http" not in output


def test_a_number_of_workers_that_is_none_is_named_with_its_variable(monkeypatch):
    monkeypatch.setenv("WEB_CONCURRENCY", "auto")
    result = CliRunner().invoke(main, ["--port", "0"])
    assert result.exit_code == 2
    assert result.output == (
        "Error: WEB_CONCURRENCY must be a whole number above 0, the number of workers; got 'auto'.\n"
    )


def test_on_windows_it_says_in_a_line_what_works_there(monkeypatch):
    from movieclassifier.commands import serve

    monkeypatch.setattr(serve, "is_windows", lambda: True)
    result = CliRunner().invoke(main, [])
    assert result.exit_code == 2
    assert result.output.startswith(
        "Error: movieclassifier serve forks its workers, which Windows cannot; run it in WSL"
    )
    assert result.output.count("\n") == 1


def test_gunicorn_without_a_key_says_so_in_a_line(tmp_path, small_model):
    port, environ = free_port(), {"MOVIECLASSIFIER_DEPLOYED": "1", "WEB_CONCURRENCY": "1"}
    # Its master loads the application, or each worker.
    for settings in (["--config", "python:movieclassifier.gunicorn_conf"], ["--bind", f"127.0.0.1:{port}"]):
        with serving([*GUNICORN, *settings], tmp_path, small_model, port, **environ) as process:
            _, errors = process.communicate(timeout=PATIENCE)
        assert "SECRET_KEY is not set, and a deployed server needs one. Set it to the output of" in errors
        assert "Error: Error" not in errors
        assert "Traceback" not in errors


def test_a_missing_model_is_named_as_by_the_other_commands(tmp_path):
    missing = tmp_path / "nope"
    for options in (["--model", missing], ["--model", f"films={missing}", "--model", f"news={missing}"]):
        result = run("serve", "--port", "0", "--database", f"sqlite:///{tmp_path}/f.db", *options)
        assert result.exit_code == 2
        assert f"{missing}: there is no such model. Train one with `movieclassifier train" in result.output
    assert "name no model to take the bundled one." in run("info", "--model", missing).output


def test_a_model_that_cannot_be_read_leaves_no_instance_behind(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "damaged.npz").write_bytes(b"PK")
    for model in ("none", "damaged.npz", "films=none"):
        assert run("serve", "--port", "0", "--model", model).exit_code == 2
    monkeypatch.setenv("MOVIECLASSIFIER_MODEL", "none")
    assert run("serve", "--port", "0").exit_code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["damaged.npz"]
