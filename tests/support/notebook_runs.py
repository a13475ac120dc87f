"""Run the notebooks; ``python -m tests.support.notebook_runs`` keeps what they print, with the corpus in data/movie_data.csv."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient

from tests.support.patience import PATIENCE

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
NAMES = ("quickstart", "book")


def read(name):
    return nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)


def run(name, folder, environment, before=""):
    """Run a notebook in a folder, with code before it; returns it as run."""
    notebook = read(name)
    cells = list(notebook.cells)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(before))
    resources = {"metadata": {"path": str(folder)}}
    client = NotebookClient(
        notebook,
        timeout=PATIENCE,
        kernel_name="python3",
        coalesce_streams=True,
        record_timing=False,
        resources=resources,
    )
    client.execute(env=environment)
    notebook.cells = cells
    return notebook


def keep(name):
    """Run a notebook and write it with its outputs, numbered from 1."""
    with TemporaryDirectory() as folder:
        movie_data = os.environ.get("MOVIE_DATA", str(NOTEBOOKS.parent / "data" / "movie_data.csv"))
        notebook = run(name, folder, os.environ | {"IPYTHONDIR": folder, "MOVIE_DATA": movie_data})
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, 1):
        cell.execution_count = number
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = number
    notebook.metadata.language_info = {"name": "python"}
    nbformat.write(notebook, NOTEBOOKS / f"{name}.ipynb")


if __name__ == "__main__":
    for name in NAMES:
        keep(name)
