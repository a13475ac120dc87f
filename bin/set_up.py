"""Install lock files into a virtual environment, and show how far the installation is.

A lock file names every package with its hashes, so that pip resolves nothing and builds nothing: a release of
tomorrow cannot change what is installed.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
PIP = ["-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--no-deps"]
LOCKED = ["--require-hashes", "--only-binary", ":all:", "--progress-bar", "off"]
# Settings of pip that would install somewhere else, or something else.
OWN_SETTINGS = {"PIP_USER": "0", "PIP_CONSTRAINT": "", "PIP_QUIET": "0"}
TWINS = "import movieclassifier.features._hashing, movieclassifier.training.learners._training"
SECONDS_BETWEEN_LINES = 5
# A line that says nothing new waits longer.
SECONDS_BETWEEN_REPEATS = 10


def main() -> None:
    """Set up what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("locks", nargs="*", metavar="LOCK", help="lock files to install")
    parser.add_argument("--into", type=Path, default=Path(".venv"), help="the environment; it is made if missing")
    parser.add_argument("--project", action="store_true", help="install this project after them, editable")
    arguments = parser.parse_args()
    python = make_environment(arguments.into)
    for lock in arguments.locks:
        install(python, lock)
    if arguments.project:
        install_project(python)


def make_environment(folder: Path) -> str:
    """Make an environment, unless there is one whose Python runs; return the path of its Python."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        try:
            run([sys.executable, "-m", "venv", "--clear", str(folder)], f"Making {folder} with Python {version()}")
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    return str(python)


def version() -> str:
    """Return the version of this Python, such as '3.11.2'."""
    return sys.version.split()[0]


def install(python: str, lock: str) -> None:
    """Install the packages of a lock file."""
    pins = [line for line in Path(lock).read_text("utf-8").splitlines() if "==" in line and line[0] not in " #"]
    run([python, *PIP, *LOCKED, "--requirement", lock], f"Installing the {len(pins)} packages of {lock}", describe_pip)


def install_project(python: str) -> None:
    """Install this project so that a change of its code needs no new installation, and compile its twins."""
    command = [python, *PIP, "--no-build-isolation", "--verbose", "--editable", "."]
    run(command, "Installing this project and compiling its inner loops, a minute or two", describe_build)
    if subprocess.run([python, "-c", TWINS], stderr=subprocess.DEVNULL, check=False).returncode:
        print("  There is no C compiler: the inner loops run in Python, with the same results, more slowly.")


def run(command: list[str], title: str, describe: Callable[[str], str] = lambda printed: "") -> None:
    """Run a command and say every few seconds how far it is; show its output only if it fails."""
    print(title, flush=True)
    shown, said = (start := time.monotonic()), ""
    with TemporaryDirectory() as folder:
        # A file takes any amount of output; a pipe that is not read would stop the command.
        printed = Path(folder, "output")
        with (
            printed.open("wb") as output,
            subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=os.environ | OWN_SETTINGS | {"PYTHONUNBUFFERED": "1"},
            ) as process,
        ):
            while process.poll() is None:
                time.sleep(0.1)
                silent = time.monotonic() - shown
                if silent < SECONDS_BETWEEN_LINES:
                    continue
                new = describe(printed.read_text("utf-8", "replace"))
                if new != said or silent >= SECONDS_BETWEEN_REPEATS:
                    shown, said = time.monotonic(), new
                    print(f"  {shown - start:3.0f} s  {said}".rstrip(), flush=True)
        if process.returncode:
            sys.exit(f"{printed.read_text('utf-8', 'replace')}Error: this command failed: {' '.join(command)}")


def describe_pip(printed: str) -> str:
    r"""Say how far pip is.

    Examples
    --------
    >>> describe_pip("Collecting a==1\n  Using cached a.whl\nCollecting b==2\n  Downloading b.whl (3 MB)\n")
    'package 2, b==2'
    """
    lines = printed.splitlines()
    if any(line.startswith("Installing collected packages") for line in lines):
        return "all packages are here; pip writes them"
    found = [line.split()[1] for line in lines if line.startswith("Collecting ")]
    return f"package {len(found)}, {found[-1]}" if found else ""


def describe_build(printed: str) -> str:
    r"""Say which of the inner loops is compiled.

    Examples
    --------
    >>> describe_build("  running build_ext\n  building 'movieclassifier.feedback._moved_weights' extension\n  gcc\n")
    'compiling 1 of 8, movieclassifier.feedback._moved_weights'
    """
    found = re.findall(r"^ *building '([\w.]+)' extension$", printed, re.M)
    n_twins = len(list(ROOT.glob("movieclassifier/**/*.pyx")))
    return f"compiling {len(found)} of {n_twins}, {found[-1]}" if found else ""


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
