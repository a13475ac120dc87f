"""Where a system has no fork, no locks of files and no limits of processes, as Windows, nothing ends in a traceback."""

import subprocess
import sys

import pytest

# The standard library has taken what it needs of the system before it is gone.
WITHOUT_POSIX = """
import asyncio, concurrent.futures.process, importlib, multiprocessing.popen_spawn_posix, os, pkgutil, shutil, signal
import subprocess, sys, tarfile, tempfile, zipfile

for name in ("fcntl", "resource", "termios", "pwd", "grp"):
    sys.modules[name] = None
for name in ("register_at_fork", "sync", "getuid", "geteuid", "sysconf", "O_DIRECTORY", "fchmod", "sched_getaffinity"):
    if hasattr(os, name):
        delattr(os, name)
for name in ("SIGKILL", "SIGPIPE", "SIGHUP", "SIGALRM", "setitimer"):
    delattr(signal, name)
os.supports_effective_ids = set()
"""
IMPORT_ALL = """
import movieclassifier
for module in pkgutil.walk_packages(movieclassifier.__path__, "movieclassifier."):
    if "gunicorn" not in module.name and module.name != "movieclassifier.web.worker":
        importlib.import_module(module.name)
"""
RUN = """
from movieclassifier.cli import main
main(sys.argv[1:])
"""


def run(code, *arguments):
    """Run code in a process that has no such system."""
    command = [sys.executable, "-c", WITHOUT_POSIX + code, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_every_module_but_those_of_gunicorn_can_be_imported():
    done = run(IMPORT_ALL)
    assert done.returncode == 0, done.stderr


def test_a_model_is_trained_and_predicts(tmp_path):
    rows = "".join(f"a {'fine' if i % 2 else 'dull'} film,{i % 2}\n" for i in range(60))
    (tmp_path / "films.csv").write_text("text,label\n" + rows)
    done = run(RUN, "train", tmp_path / "films.csv", "--model", tmp_path / "m", "--passes", 2, "--n-features", "2**12")
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    done = run(RUN, "predict", "a fine film", "--model", tmp_path / "m")
    assert (done.returncode, done.stdout[0]) == (0, "1"), done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["live", "hashtag", "feed.xml", "--source", "file"], "which Windows cannot set; read them in WSL"),
        (["feedback", "list", "--database", "sqlite:///nowhere.db"], "there is no such database"),
        (["download", "--url", "nowhere.tar.gz", "--data-dir", "data"], "there is no such archive"),
    ],
    ids=["live", "feedback", "download"],
)
def test_a_command_that_cannot_work_says_so_in_a_line(arguments, told, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "feed.xml").write_text("<rss><channel><item><title>x</title></item></channel></rss>")
    done = run(RUN, *arguments)
    assert done.returncode in (2, 3)
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_posts_of_a_file_are_classified(tmp_path):
    (tmp_path / "posts.txt").write_text("a wonderful film\n")
    done = run(RUN, "live", "hashtag", tmp_path / "posts.txt", "--source", "file")
    assert (done.returncode, "positive" in done.stdout) == (0, True), done.stderr
