"""A user's program is type-checked against the package: its hints are complete from the front door on."""

import re
import subprocess
import sys
import venv
from pathlib import Path

import movieclassifier

ROOT = Path(movieclassifier.__file__).parents[1]
GOOD = """
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from movieclassifier import Classifier, StreamingTextClassifier, load_classifier, open_corpus, survey, train


def films() -> Iterator[tuple[str, int]]:
    for number in range(100):
        yield f"film {number}", number % 2


def main() -> None:
    classifier: Classifier = train(films(), n_features=2**10, seed=3)
    classifier.save("models/mine")
    loaded = load_classifier("models/mine")
    labels: NDArray[np.str_] = loaded.predict(["a film"], names=True)
    y_proba: NDArray[np.float64] = loaded.predict_proba(["a film"])
    for part in loaded.explain("a film").contributions:
        print(part.ngram, round(part.value, 2), labels, y_proba)
    print(loaded.learn("a film", 1).n_known, survey(open_corpus("a.csv")).n_documents)
    print(StreamingTextClassifier(n_features=2**10).fit(["a", "b"], [0, 1]).predict_proba(["a"]).shape)
"""
WRONG = [
    ("load_classifier('x').predict(3)", "arg-type"),
    ("load_classifier('x').save()", "call-arg"),
    ("train(3)", "arg-type"),
    ("load_classifier('x').explain(['a'])", "arg-type"),
    ("movieclassifier.survy", "attr-defined"),
]


def check(program, folder):
    """Run mypy on a program of a user who has installed the package: only then does py.typed matter."""
    (folder / "program.py").write_text(program)
    venv.create(folder / "env", system_site_packages=True)
    [site] = (folder / "env").glob("lib/python*/site-packages")
    # The environment of the tests may be one itself, which the new one does not see.
    outer = [path for path in sys.path if path.endswith("site-packages")]
    (site / "outer.pth").write_text("\n".join([str(ROOT), *outer]) + "\n")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--show-error-codes", "program.py"]
    command += ["--python-executable", str(folder / "env" / "bin" / "python")]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_small_program_is_right_and_its_slips_are_found(tmp_path):
    found = check(GOOD, tmp_path)
    assert found.stdout == "Success: no issues found in 1 source file\n", found.stdout + found.stderr
    lines = "\n".join(f"    {line}" for line, _ in WRONG)
    found = check(
        "import movieclassifier\nfrom movieclassifier import load_classifier, train\n\n\ndef main() -> None:\n"
        + lines
        + "\n",
        tmp_path,
    )
    codes = re.findall(r"program.py:(\d+): error: .*\[([\w-]+)\]", found.stdout)
    assert codes == [(str(number), code) for number, (_, code) in enumerate(WRONG, 6)], found.stdout


def test_type_checkers_see_the_names_that_are_there():
    path = Path(movieclassifier.__file__)
    seen = re.findall(r"^    from movieclassifier\.([\w.]+) import (\w+) as \w+$", path.read_text("utf-8"), re.M)
    assert {name: module for module, name in seen} == movieclassifier._MODULES
