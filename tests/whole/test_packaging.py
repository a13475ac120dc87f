"""What is built installs into an empty environment and predicts, with a compiler and without one."""

import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXTS = ["What a waste of time :(", "Not bad at all, I liked it<br />:)", "ΣΊΣΥΦΟΣ", ""]

pytestmark = pytest.mark.skipif(
    not os.environ.get("CI"), reason="takes minutes and reaches the package index: set CI=1"
)


def run(*command, cwd=ROOT, **variables):
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "CFLAGS")}
    found = subprocess.run(
        list(map(str, command)), cwd=cwd, env=environment | variables, text=True, capture_output=True, timeout=900
    )
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


@pytest.fixture(scope="module")
def dist(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--outdir", folder, ROOT)
    return folder


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=True)
    return folder


def installed(environment, dist, pattern, *options, **variables):
    """Install what was built; return the path it is imported from, what it says of itself, and its predictions."""
    (path,) = dist.glob(pattern)
    run(environment / "bin/pip", "install", "--quiet", *options, path, **variables)
    return (
        run(environment / "bin/python", "-c", "import movieclassifier; print(movieclassifier.__file__)", cwd=dist),
        run(environment / "bin/movieclassifier", "info", cwd=dist),
        run(environment / "bin/movieclassifier", "predict", "--json", *TEXTS, cwd=dist),
    )


def test_wheel_and_source_give_the_predictions_of_the_checkout(dist, environment):
    assert sorted(path.suffix for path in dist.iterdir()) == [".gz", ".whl"]
    model = ROOT / "movieclassifier/bundled/imdb.npz"
    here = (sys.executable, "-c", "from movieclassifier.cli import main; main()")
    expected = run(*here, "predict", "--json", "--model", model, *TEXTS)
    assert expected.count("\n") == len(TEXTS)

    path, info, predicted = installed(environment, dist, "*.whl")
    assert path.startswith(str(environment))
    assert re.search("^hashing +compiled", info, re.MULTILINE), info
    assert predicted == expected

    # No compiler: the installation succeeds, and says what is missing when it is asked.
    path, info, predicted = installed(environment, dist, "*.tar.gz", "--force-reinstall", "--no-deps", CC="false")
    assert path.startswith(str(environment))
    assert re.search("^hashing +pure Python", info, re.MULTILINE), info
    assert predicted == expected
