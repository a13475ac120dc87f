"""Tracking with MLflow: parameters, metrics by step, the report with its pictures, and the model.

Without ``MLFLOW_TRACKING_URI`` everything goes to ``mlflow.db`` and ``mlruns/`` in the current folder, where
``mlflow ui`` looks, too.
"""

import logging
import os
import re
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from movieclassifier.models.metadata import Metrics
from movieclassifier.reports.mlflow_model import SCRIPT

if TYPE_CHECKING:
    from movieclassifier.corpora.corpus import Corpus
    from movieclassifier.evaluation.comparison import Row
    from movieclassifier.evaluation.comparison_table import ComparisonFacts
    from movieclassifier.models.classifier import Classifier
    from movieclassifier.recipes.linear import Recipe
    from movieclassifier.reports.training_report import Report

NAME = "movieclassifier"
# Parts of the package that reading a record and predicting need nothing of.
LEFT_OUT = ("web", "feedback", "commands", "templates", "__pycache__", "*.c", "*.pyx", "imdb.npz", "sample_reviews.csv")
NEEDED = ("numpy", "scipy", "scikit-learn", "nltk")
QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false"}
EXAMPLE = "A great film, and a waste of time :)"


@contextmanager
def _run(name: str, **settings: Any) -> Iterator[Any]:
    """Start a run of MLflow, which is imported here, says little, and does not report to its makers."""
    for variable, value in QUIET.items():
        os.environ.setdefault(variable, value)
    logging.getLogger("mlflow").setLevel(logging.WARNING)
    import mlflow

    try:
        mlflow.set_experiment(os.environ.get("MLFLOW_EXPERIMENT_NAME", NAME))
        # MLflow prints where to look at a run; standard output is for JSON.
        with redirect_stdout(sys.stderr), mlflow.start_run(run_name=name, **settings) as run:
            yield run
    except mlflow.MlflowException as error:
        raise OSError(f"MLflow could not log to {where()}: {error}") from error


def track_run(
    classifier: "Classifier",
    model_dir: str | os.PathLike[str],
    corpus: "Corpus",
    other: "Corpus | None",
    costs: dict[str, float],
) -> None:
    """Log what a training has written to `model_dir`, with its report if that can be drawn; say where on stderr.

    Parameters
    ----------
    classifier : Classifier
    model_dir : str or path-like
    corpus, other : Corpus
        What it was trained on, and what it was evaluated on if that was a different corpus.
    costs : dict
        More figures, such as seconds.
    """
    from movieclassifier.models.writing import RECORD
    from movieclassifier.reports import DRAWN_BY
    from movieclassifier.reports.finished_run import open_run

    report = None
    if all(map(find_spec, DRAWN_BY)):
        report = open_run(classifier, corpus, other).report()
    else:
        print("No report: pip install 'movieclassifier[report]' for one.", file=sys.stderr)
    run_id = track_training(classifier, Path(model_dir) / RECORD, report, costs)
    print(f"Logged to {where()} as run {run_id}.", file=sys.stderr)


def where() -> str:
    """Return where MLflow logs to."""
    import mlflow

    uri: str = mlflow.get_tracking_uri()
    return uri


def track_training(
    classifier: "Classifier", record: str | os.PathLike[str], report: "Report | None", costs: dict[str, float]
) -> str:
    """Log a training run, and register its model.

    Parameters
    ----------
    classifier : Classifier
    record : str or path-like
        The model's record.
    report : Report or None
        None where what draws it is not installed.
    costs : dict
        More figures, such as seconds.

    Returns
    -------
    str
        The id of the run.
    """
    import mlflow

    from movieclassifier.models.origin import prequential

    with _run(run_name(classifier.recipe)) as run:
        mlflow.log_params(parameters(classifier))
        mlflow.log_metrics(final_metrics(classifier.metadata["metrics"]) | costs)
        _log_curve(run.info.run_id, "prequential_accuracy", prequential(classifier))
        if report is not None:
            _log_curve(run.info.run_id, "test_accuracy", report.curve.holdout)
            with TemporaryDirectory() as folder:
                report.save(Path(folder))
                mlflow.log_artifacts(folder, "report")
        log_model(record)
    run_id: str = run.info.run_id
    return run_id


def track_comparison(rows: "Sequence[Row]", facts: "ComparisonFacts", page: str) -> str:
    """Log a comparison: one run with its page, and below it a run for each candidate.

    Returns
    -------
    str
        The id of the run above.
    """
    import mlflow

    with _run(f"comparison on {', '.join(facts['corpus'])}") as above:
        mlflow.log_params(
            {"corpus": ", ".join(facts["corpus"]), "sha256": facts["sha256"], "tested_on": facts["tested_on"]}
        )
        mlflow.log_text(page, "comparison.html")
        for row in rows:
            with _run(row.recipe, nested=True):
                mlflow.log_params({"recipe": row.recipe, "kind": row.kind, "description": row.description})
                figures = row.to_dict()
                mlflow.log_metrics({name: figures[name] for name in figures if isinstance(figures[name], float)})
    run_id: str = above.info.run_id
    return run_id


def run_name(recipe: "Recipe") -> str:
    """Return what a run is called; the number of passes is what runs of one recipe differ in most often.

    Examples
    --------
    >>> from movieclassifier import make_recipe
    >>> run_name(make_recipe("default")), run_name(make_recipe("default", passes=3))
    ('default', 'default, 3 passes')
    """
    return recipe.name if recipe.passes == 1 else f"{recipe.name}, {recipe.passes} passes"


def parameters(classifier: "Classifier") -> dict[str, Any]:
    """Return a recipe's settings and where the model came from, as MLflow lists them."""
    recipe, metadata = classifier.recipe.to_dict(), classifier.metadata
    recipe["stop_words"] = len(recipe["stop_words"])
    found = {
        name: metadata[name] for name in ("n_train", "n_holdout", "evaluated_on", "sha256", "minibatch_size", "seed")
    }
    return {"recipe": recipe.pop("name"), **recipe, **found, "corpus": ", ".join(metadata["corpus"])}


def final_metrics(metrics: Metrics) -> dict[str, float]:
    """Return the figures of an evaluation under names that MLflow accepts.

    Examples
    --------
    >>> final_metrics({"accuracy": 0.5, "roc_auc": None, "n_documents": 9, "per_class": {"so-so?": {"f1": 0.25}}})
    {'accuracy': 0.5, 'n_documents': 9, 'so-so__f1': 0.25}
    """
    plain = {name: value for name, value in metrics.items() if isinstance(value, int | float)}
    labels = [re.sub(r"[^\w. -]", "_", label) for label in metrics["per_class"]]
    for position, (label, row) in enumerate(zip(labels, metrics["per_class"].values(), strict=True)):
        if labels.count(label) > 1:
            label = f"{label}_{position}"
        plain |= {f"{label}_{name}": value for name, value in row.items() if isinstance(value, int | float)}
    return plain


def _log_curve(run_id: str, name: str, points: Sequence[Sequence[float]]) -> None:
    """Log a curve, which may be empty; its steps are documents."""
    from mlflow import MlflowClient
    from mlflow.entities import Metric

    now = int(time.time() * 1000)
    MlflowClient().log_batch(run_id, [Metric(name, float(value), now, int(step)) for step, value in points])


def log_model(record: str | os.PathLike[str]) -> None:
    """Log and register a model that loads where this package is not: the record, and the code that reads it.

    MLflow's own ``mlflow.sklearn`` would pickle; a pickle does not survive an upgrade of scikit-learn.
    """
    import mlflow

    with TemporaryDirectory() as folder, _no_bytecode():
        package = Path(__file__).parent.parent
        code = shutil.copytree(package, Path(folder) / NAME, ignore=shutil.ignore_patterns(*LEFT_OUT))
        script = Path(folder) / "model.py"
        script.write_text(SCRIPT)
        mlflow.pyfunc.log_model(
            name="model",
            python_model=str(script),
            artifacts={"record": str(record)},
            code_paths=[str(code)],
            input_example=[EXAMPLE],
            pip_requirements=[f"{name}=={version(name)}" for name in ("mlflow", *NEEDED)],
            registered_model_name=NAME,
        )


@contextmanager
def _no_bytecode() -> Iterator[None]:
    """Keep MLflow, which tries the model out before it is uploaded, from leaving ``__pycache__`` in it."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = before
