"""The program that ``make`` sets up with: it installs what a lock file names and nothing else, and is never silent."""

import base64
import hashlib
import os
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def set_up():
    spec = spec_from_file_location("set_up", ROOT / "bin" / "set_up.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write_wheel(folder, name, requires):
    """Write the smallest wheel there is, and return its sha256."""
    info = f"{name}-1.0.dist-info"
    files = {
        f"{name}.py": "",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\nRequires-Dist: {requires}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    digests = {path: hashlib.sha256(text.encode()).digest() for path, text in files.items()}
    rows = [
        f"{path},sha256={base64.urlsafe_b64encode(digest).decode().rstrip('=')}," for path, digest in digests.items()
    ]
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with ZipFile(path, "w") as wheel:
        for member, text in files.items():
            wheel.writestr(member, text)
        wheel.writestr(f"{info}/RECORD", "\n".join([*rows, f"{info}/RECORD,,", ""]))
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def installing(tmp_path):
    """Return a function that installs a lock of one wheel, whose dependency cannot be had."""
    sha256 = write_wheel(tmp_path, "tiny", "nothing-of-this-name>=1")
    (tmp_path / "pip.conf").write_text("[install]\nuser = true\n")

    def install(digest=sha256):
        (tmp_path / "lock.txt").write_text(f"# a lock\ntiny==1.0 \\\n    --hash=sha256:{digest}\n    # via us\n")
        settings = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": tmp_path.as_uri(), "PIP_CONFIG_FILE": f"{tmp_path}/pip.conf"}
        environ = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")} | settings
        command = [sys.executable, ROOT / "bin/set_up.py", "--into", "an environment", "lock.txt"]
        return subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True)

    return install


def test_lock_is_installed_into_a_new_environment_without_resolving_anything(installing, tmp_path):
    done = installing()
    assert (done.returncode, done.stderr) == (0, "")
    assert "Making an environment with Python 3." in done.stdout
    assert "Installing the 1 packages of lock.txt" in done.stdout
    python = tmp_path / "an environment" / "bin" / "python"
    where = subprocess.run([python, "-c", "import tiny; print(tiny.__file__)"], capture_output=True, text=True).stdout
    assert where.startswith(str(tmp_path / "an environment"))

    done = installing("0" * 64)  # installed already: nothing is fetched
    assert (done.returncode, "Making" in done.stdout) == (0, False)


def test_package_with_a_different_hash_is_refused(installing):
    done = installing("0" * 64)
    assert done.returncode == 1
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("Error: this command failed: ")


def test_environment_that_cannot_be_made_is_gone(set_up, tmp_path, monkeypatch):
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\nmkdir -p "$4"\necho no ensurepip here\nexit 1\n')
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    with pytest.raises(SystemExit, match="no ensurepip here\nError: this command failed: "):
        set_up.make_environment(tmp_path / ".venv")
    assert not (tmp_path / ".venv").exists()


def test_long_command_says_how_far_it_is(set_up, monkeypatch, capsys):
    monkeypatch.setattr(set_up, "SECONDS_BETWEEN_LINES", 0.2)
    monkeypatch.setattr(set_up, "SECONDS_BETWEEN_REPEATS", 0.4)
    code = "import time; print('Collecting a==1', flush=True); time.sleep(1.5)"
    set_up.run([sys.executable, "-c", code], "Waiting", set_up.describe_pip)
    title, *lines = capsys.readouterr().out.splitlines()
    assert title == "Waiting"
    assert len(lines) > 1
    assert lines[-1].endswith(" s  package 1, a==1")


def test_line_that_says_nothing_new_waits(set_up, monkeypatch, capsys):
    monkeypatch.setattr(set_up, "SECONDS_BETWEEN_LINES", 0.1)
    set_up.run([sys.executable, "-c", "import time; time.sleep(1.5)"], "Waiting", lambda printed: "the same")
    assert capsys.readouterr().out.count("the same") == 1


def test_the_inner_loop_that_is_compiled_is_named(set_up, monkeypatch, capsys):
    monkeypatch.setattr(set_up, "SECONDS_BETWEEN_LINES", 0.2)
    code = """
import time
for name in ("features._hashing", "feedback._moved_weights"):
    print(f"  building 'movieclassifier.{name}' extension")
    time.sleep(0.8)
"""
    set_up.run([sys.executable, "-c", code], "Compiling", set_up.describe_build)
    n_twins = len(list((ROOT / "movieclassifier").rglob("*.pyx")))
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.endswith(f" s  compiling 2 of {n_twins}, movieclassifier.feedback._moved_weights")
    assert set_up.describe_build("Preparing metadata\n") == ""


@pytest.mark.parametrize(
    ("printed", "said"),
    [
        ("", ""),
        ("Collecting a==1 (from -r lock.txt)\n  Using cached a.whl\nCollecting b==2\n", "package 2, b==2"),
        ("Collecting a==1\nInstalling collected packages: a\n", "all packages are here; pip writes them"),
    ],
)
def test_output_of_pip_is_told_in_a_few_words(set_up, printed, said):
    assert set_up.describe_pip(printed) == said
