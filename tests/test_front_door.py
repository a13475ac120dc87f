"""What people import: from ``movieclassifier`` and ``movieclassifier.vectorizer``, and from nowhere else."""

import importlib
import pydoc
import re
import subprocess
import sys
from pathlib import Path

import pytest

import movieclassifier

ROOT = Path(__file__).parents[1]
PUBLIC_NAMES = {
    "Classifier",
    "Plan",
    "READERS",
    "ReadingOptions",
    "RECIPES",
    "Recipe",
    "StreamingTextClassifier",
    "TOKENIZERS",
    "__version__",
    "draw_confusion",
    "english_stop_words",
    "evaluate",
    "find_strong_ngrams",
    "fit",
    "holdout_sizes",
    "iter_minibatches",
    "load_classifier",
    "load_pickled",
    "make_recipe",
    "make_vectorizer",
    "open_corpus",
    "save_model",
    "save_record",
    "score_documents",
    "shuffle_corpus",
    "split_holdout",
    "survey",
    "train",
}
# What stands in files of people and of servers beside the public names.
OTHER_DOORS = {
    "movieclassifier.vectorizer": ("make_vectorizer", "tokenizer", "vect"),
    "movieclassifier.gunicorn_conf": ("bind", "worker_class", "workers"),
    "movieclassifier.web": ("create_app",),
    "movieclassifier.cli": ("main",),
}


def test_the_public_names_are_these():
    assert set(movieclassifier.__all__) == set(dir(movieclassifier)) == PUBLIC_NAMES


@pytest.mark.parametrize("name", sorted(PUBLIC_NAMES))
def test_every_public_name_is_there_and_explained(name):
    value = getattr(movieclassifier, name)
    if callable(value):
        assert value.__doc__
        assert value.__module__.startswith("movieclassifier.")


def test_an_unknown_name_is_not_an_attribute():
    with pytest.raises(AttributeError, match="module 'movieclassifier' has no attribute 'Clasifier'"):
        movieclassifier.Clasifier  # noqa: B018  # reading it is the test


@pytest.mark.parametrize("module", OTHER_DOORS)
def test_names_that_stand_in_files_stay(module):
    for name in OTHER_DOORS[module]:
        assert hasattr(importlib.import_module(module), name)


def test_the_front_door_imports_no_library():
    code = "import sys, movieclassifier; print(*sorted({'numpy', 'scipy', 'sklearn', 'click', 'flask'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == ""


@pytest.mark.parametrize(
    "path", [ROOT / "README.md", *sorted((ROOT / "notebooks").glob("*.ipynb"))], ids=lambda path: path.name
)
def test_readers_are_shown_the_front_door_alone(path):
    modules = set(re.findall(r"(?:from|import) (movieclassifier[\w.]*)", path.read_text("utf-8")))
    assert modules <= {"movieclassifier", "movieclassifier.vectorizer"}


EXAMPLE = re.compile(r">>> *(?:from|import) (movieclassifier[\w.]*)")


def names_behind_the_front_door(text: str) -> set[str]:
    """Return the modules that the examples of a text import, without those that readers may know."""
    return set(EXAMPLE.findall(text)) - {"movieclassifier", "movieclassifier.vectorizer"}


def test_examples_of_docstrings_and_pages_import_from_the_front_door():
    found = {
        str(path.relative_to(ROOT)): names
        for folder, pattern in (("movieclassifier", "*.py"), ("docs", "*.md"))
        for path in (ROOT / folder).rglob(pattern)
        if (names := names_behind_the_front_door(path.read_text("utf-8")))
    }
    assert found == {}


def test_an_example_with_an_inner_name_is_found():
    inner = "movieclassifier.models.record"
    assert names_behind_the_front_door(f">>> from {inner} import load_record\n>>> import movieclassifier") == {inner}


@pytest.mark.parametrize("name", ["Classifier", "StreamingTextClassifier", "train", "load_classifier"])
def test_help_is_written_for_people(name):
    shown = pydoc.render_doc(getattr(movieclassifier, name), renderer=pydoc.plaintext)
    for word in ("Parameters\n", "Returns\n", "Examples\n"):
        assert word in shown or name == "load_classifier"
    assert "numpy._typing" not in shown
    assert ">>> " in shown or name == "load_classifier"


def test_the_version_is_the_same_everywhere():
    declared = {
        "setup.cfg": re.search(r"^version = (\S+)$", (ROOT / "setup.cfg").read_text(), re.M),
        "CITATION.cff": re.search(r"^version: (\S+)$", (ROOT / "CITATION.cff").read_text(), re.M),
        "CHANGELOG.md": re.search(r"^## ([0-9]\S*) \(", (ROOT / "CHANGELOG.md").read_text(), re.M),
    }
    assert {name: found[1] for name, found in declared.items()} == dict.fromkeys(declared, movieclassifier.__version__)
