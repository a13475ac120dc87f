"""The notebooks run from top to bottom, and the outputs that they are kept with are those that running gives.

``python -m tests.support.notebook_runs`` keeps new ones.
"""

import os
import re
import subprocess
import sys

import nbformat
import pytest

from tests.support.notebook_runs import NAMES, NOTEBOOKS, read, run

EXTRAS = ("matplotlib", "wordcloud", "mlflow", "gunicorn", "sqlalchemy")
# Of pictures, only that they are there: their bytes depend on fonts and on matplotlib.
COMPARED = ("text/html", "text/plain")


def outputs(notebook):
    """Return what can be compared of the outputs of each cell."""
    found = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            said = output.get("text") or {kind: text for kind, text in output.data.items() if kind in COMPARED}
            found.setdefault(cell.id, []).append((output.output_type, said))
    return found


@pytest.fixture
def environment(tmp_path, monkeypatch):
    """Return the environment of a kernel that leaves nothing in the home folder."""
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("MOVIE_DATA", str(tmp_path / "missing.csv"))
    monkeypatch.setenv("PYTHONPATH", str(NOTEBOOKS.parent))
    return os.environ


@pytest.fixture
def fonts(environment, monkeypatch, tmp_path):
    """Let matplotlib know the fonts: it says so in the cell if it looks for them, or if the home cannot be written."""
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path / "matplotlib"))
    subprocess.run([sys.executable, "-c", "import matplotlib.font_manager"], env=environment, check=True)


def test_quickstart_gives_the_outputs_that_it_is_kept_with_and_needs_no_extra(tmp_path, environment):
    blocked = f"import sys; sys.modules.update(dict.fromkeys({EXTRAS}))"
    assert outputs(run("quickstart", tmp_path, environment, blocked)) == outputs(read("quickstart"))


def test_book_gives_the_outputs_that_it_is_kept_with(tmp_path, environment, fonts, movie_data_csv):
    environment["MOVIE_DATA"] = str(movie_data_csv)
    found = outputs(run("book", tmp_path, environment))
    assert found == outputs(read("book"))
    said = str(found)
    assert "accuracy 0.8682 on 5,000 reviews" in said
    assert "default  0.9280" in said


def test_book_runs_on_the_sample_where_the_corpus_is_not(tmp_path, environment, fonts):
    ran = run("book", tmp_path, environment)
    assert "sample_reviews.csv: 400 reviews" in str(outputs(ran))
    assert outputs(ran).keys() == outputs(read("book")).keys()


@pytest.mark.parametrize("name", NAMES)
def test_notebook_is_valid_and_was_run_from_top_to_bottom(name):
    notebook = read(name)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert len({cell.id for cell in notebook.cells}) == len(notebook.cells)


@pytest.mark.parametrize("name", NAMES)
def test_kept_outputs_hold_no_noise_and_nothing_of_a_machine(name):
    kept = [output for cell in read(name).cells for output in cell.get("outputs", [])]
    assert kept
    assert {output.output_type for output in kept} <= {"stream", "execute_result", "display_data"}
    assert "stderr" not in {output.get("name") for output in kept}
    said = " ".join(str(text) for parts in outputs(read(name)).values() for _, text in parts)
    assert not re.search(r"(?i)warning|traceback|/(home|root|tmp|work|usr|users)/", said)


def test_pictures_are_described():
    cells = [cell for name in NAMES for cell in read(name).cells]
    kept = [output for cell in cells for output in cell.get("outputs", [])]
    pictures = [output for output in kept if "image/png" in output.get("data", {})]
    assert pictures
    assert all(output.metadata["image/png"]["alt"].endswith(".") for output in pictures)


@pytest.mark.parametrize("name", NAMES)
def test_no_cell_imports_what_only_some_notebooks_bring(name):
    assert not [cell.source for cell in read(name).cells if "IPython" in cell.source]
