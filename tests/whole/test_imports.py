"""A run imports what it uses: scikit-learn and scipy, which take over a second, are not imported on the compiled path."""

import subprocess
import sys
from importlib.resources import files

import pytest

from movieclassifier.system.compiled import backend

SAMPLE = str(files("movieclassifier").joinpath("bundled/sample_reviews.csv"))
CODE = """
import sys
from movieclassifier.cli import main
main(sys.argv[1:], standalone_mode=False)
found = {name.split(".")[0] for name in sys.modules} & {"sklearn", "scipy", "threadpoolctl", "joblib", "pandas", "psutil", "ssl"}
print("imported:", sorted(found), file=sys.stderr)
"""


@pytest.mark.skipif(backend()[0] != "compiled", reason=f"there is no compiled twin here: {backend()[1]}")
@pytest.mark.parametrize(
    "arguments",
    [
        ["train", SAMPLE, "--no-progress", "--model", "{folder}"],
        ["train", SAMPLE, "--no-progress", "--model", "{folder}", "--recipe", "book"],
        ["evaluate", SAMPLE],
        ["predict", "A great film!"],
        ["info"],
        ["shuffle", SAMPLE, "{folder}/shuffled.csv"],
    ],
    ids=lambda arguments: " ".join(arguments[:1] + arguments[-1:]),
)
def test_scikit_learn_and_scipy_are_not_imported(arguments, tmp_path):
    command = [sys.executable, "-c", CODE, *(argument.format(folder=tmp_path) for argument in arguments)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "imported: []" in result.stderr
