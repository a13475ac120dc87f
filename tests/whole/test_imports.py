"""A run imports what it uses: scikit-learn and scipy, which take over a second, are not imported on the compiled path."""

import gzip
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
        ["train", SAMPLE, "--no-progress", "--model", "{folder}", "--passes", "3"],
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


SURVEY = """
import sys
from movieclassifier.commands.shared import corpus_options, train_sources
from movieclassifier.corpora.reading import ReadingOptions
from movieclassifier.corpora.survey import survey
for path in sys.argv[1:]:
    assert survey(corpus_options.chosen_corpus([path], ReadingOptions(shuffle=False, skip_bad_rows=1))).n_documents == 2
print("imported:", sorted({"numpy", "movieclassifier.training.fit"} & sys.modules.keys()), file=sys.stderr)
"""


def test_a_survey_imports_nothing_that_a_training_imports_meanwhile(tmp_path):
    table, rows = b"text,label\na,0\nb,1\n", b'{"text": "a", "label": 0}\n{"text": "b", "label": 1}\n'
    files = {"a.csv": table, "odd.csv": table + b"\xff,1\n", "a.csv.gz": gzip.compress(table)}
    files |= {"a.tsv": table.replace(b",", b"\t"), "a.jsonl": rows, "a.txt": b"__label__0 a\n__label__1 b\n"}
    files |= {"folders/0/a.txt": b"a", "folders/1/b.txt": b"b"}
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    paths = sorted({str(tmp_path / name.split("/")[0]) for name in files})
    result = subprocess.run([sys.executable, "-c", SURVEY, *paths], capture_output=True, text=True, check=True)
    assert "imported: []" in result.stderr


SERVE = """
import sys
from movieclassifier.web import create_app
client = create_app({"DATABASE_URL": sys.argv[1], "SECRET_KEY": "test"}).test_client()
assert client.post("/api/v1/predictions", json={"text": "A great film!"}).status_code == 201
assert client.get("/").status_code == 200
found = {name.split(".")[0] for name in sys.modules} & {"sklearn", "scipy", "threadpoolctl", "joblib", "pandas", "psutil"}
found |= {name for name in sys.modules if name.startswith(("movieclassifier.evaluation.", "movieclassifier.reports."))}
found |= {name for name in sys.modules if name.startswith("movieclassifier.training.") and "learners" not in name}
print("imported:", sorted(found), file=sys.stderr)
"""


@pytest.mark.skipif(backend()[0] != "compiled", reason=f"there is no compiled twin here: {backend()[1]}")
def test_a_server_imports_no_training_and_no_evaluation(tmp_path):
    command = [sys.executable, "-c", SERVE, f"sqlite:///{tmp_path}/feedback.sqlite"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "imported: []" in result.stderr
