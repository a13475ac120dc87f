"""Install the lock files into empty environments with several releases of pip, and compare what is there with the pins.

Run ``python tests/scripts/locks.py`` after a change of the lock files; it takes some minutes and reaches the package
index. Settings and caches of pip that could help are left out, as a fresh machine has none.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
KEPT = ("PIP_CERT", "PIP_INDEX_URL", "PIP_PROXY", "PIP_DEFAULT_TIMEOUT")


def environment() -> dict[str, str]:
    """Return the variables without pip's settings, but for those without which no index may be reached."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))}
    return kept | {name: os.environ[name] for name in KEPT if name in os.environ} | {"PIP_CONFIG_FILE": os.devnull}


def run(*command: object) -> str:
    done = subprocess.run(
        list(map(str, command)), cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise click.ClickException(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def pins(lock: str, python: Path) -> dict[str, str]:
    """Return the pins of a lock file that hold for a Python, by name."""
    lines = re.findall(r"^[A-Za-z][^\\\n]*==[^\\\n]*", (ROOT / lock).read_text("utf-8"), re.MULTILINE)
    pinned = [Requirement(line.strip()) for line in lines]
    code = (
        "from pip._vendor.packaging.markers import default_environment as here; import json; print(json.dumps(here()))"
    )
    here = json.loads(run(python, "-c", code))
    return {
        canonicalize_name(pin.name): str(pin.specifier).removeprefix("==")
        for pin in pinned
        if pin.marker is None or pin.marker.evaluate(here)
    }


def installed(python: Path) -> dict[str, str]:
    lines = run(python, "-m", "pip", "list", "--format", "freeze", "--disable-pip-version-check").splitlines()
    found = dict(line.split("==") for line in lines if "==" in line)
    return {canonicalize_name(name): version for name, version in found.items()}


def check(base: str, pip: str, locks: tuple[str, ...], folder: Path) -> str:
    """Install lock files into an empty environment, and return how many packages were found as they are pinned."""
    run(base, "-m", "venv", folder)
    python = folder / "bin" / "python"
    if pip != "bundled":
        newest = ["--upgrade", "pip"] if pip == "newest" else [f"pip=={pip}"]
        run(python, "-m", "pip", "install", "--no-cache-dir", "--disable-pip-version-check", *newest)
    before = installed(python)
    run(python, "bin/set_up.py", "--into", folder, *locks)
    expected = {name: version for lock in locks for name, version in pins(lock, python).items()}
    found = installed(python)
    wrong = {name: found.get(name) for name in expected if found.get(name) != expected[name]}
    wrong |= {name: found[name] for name in found.keys() - expected.keys() - before.keys()}
    if wrong:
        raise click.ClickException(f"installed otherwise than pinned: {wrong}")
    run(python, "-m", "pip", "check")
    version = run(python, "-c", "import sys, pip; print(f'Python {sys.version.split()[0]}, pip {pip.__version__}')")
    return f"{version.strip()}: {len(expected)} packages of {', '.join(locks)} as pinned, none beside them"


@click.command(help=__doc__)
@click.argument("locks", nargs=-1)
@click.option("--pip", "pips", multiple=True, default=("22.3", "23.2.1", "newest"), show_default=True)
@click.option("--python", "pythons", multiple=True, default=(sys.executable,), help="Interpreter; may be repeated.")
def main(locks: tuple[str, ...], pips: tuple[str, ...], pythons: tuple[str, ...]) -> None:
    for python in pythons:
        for pip in pips:
            with TemporaryDirectory() as folder:
                click.echo(check(python, pip, locks or ("requirements.txt", "requirements-dev.txt"), Path(folder)))


if __name__ == "__main__":
    main()
