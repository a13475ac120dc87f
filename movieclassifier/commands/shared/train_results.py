"""Steps after a fit on the command line: save the model, print the result, and log the run."""

import shlex
import signal
from collections.abc import Mapping
from typing import Any

import click
from numpy.typing import NDArray

from movieclassifier.commands.shared.edge import is_terminal, warn
from movieclassifier.commands.shared.terminal_plot import plot_curve
from movieclassifier.corpora.corpus import Corpus
from movieclassifier.evaluation.caveats import find_caveats
from movieclassifier.evaluation.metrics_table import metrics_table
from movieclassifier.models.classifier import Classifier
from movieclassifier.models.metadata import RecordFacts
from movieclassifier.models.origin import load_record_facts, replacement_note
from movieclassifier.models.packed_record import PackedRecord
from movieclassifier.models.writing import save_model
from movieclassifier.system.packed_arrays import PackedArray
from movieclassifier.system.signals import held
from movieclassifier.training.begun_run import remove_begun
from movieclassifier.training.checkpoints import keep_state, remove_saved, remove_state
from movieclassifier.training.options import RunOptions


def save_run(
    classifier: Classifier, run: RunOptions, guard: Mapping[str, NDArray[Any] | PackedArray], packed: PackedRecord
) -> RecordFacts | None:
    """Write the model of a run; return the facts of the record that was in the model folder before."""
    before = load_record_facts(run.model_dir)
    save_model(run.model_dir, classifier, guard, pickles=run.pickles, packed=packed)
    with held(signal.SIGINT), held(signal.SIGTERM):
        finish(run)
    return before


def finish(run: RunOptions) -> None:
    """Remove the plan of a run whose model is written, and its checkpoints unless ``--continue`` may need one."""
    remove_begun(run.model_dir)
    remove_saved(run.model_dir)
    if run.keep_state or run.continue_:
        keep_state(run.model_dir)
    else:
        remove_state(run.model_dir)


def report_result(classifier: Classifier, run: RunOptions, before: RecordFacts | None, costs: dict[str, float]) -> None:
    """Print the metrics, and say on stderr what speaks against them, where the model is and which one it replaced.

    Parameters
    ----------
    classifier : Classifier
    run : RunOptions
    before : RecordFacts or None
        Facts of the record that was in the model folder before.
    costs : dict
        Seconds and peak memory.
    """
    metrics = classifier.metadata.get("metrics")
    click.echo(metrics_table(classifier, metrics, run.as_json, costs))
    on_terminal = is_terminal() and not run.as_json
    if run.plot or (run.plot is None and on_terminal):
        click.echo("\n" + plot_curve(classifier.metadata.get("learning_curve", [])), err=run.as_json)
    warn(find_caveats(metrics))
    click.echo(
        f"The model is in {run.model_dir}{replacement_note(before, load_record_facts(run.model_dir))}.", err=True
    )
    if on_terminal:
        click.echo(next_steps(str(run.model_dir)), err=True)


def next_steps(model_dir: str) -> str:
    """Return what can be done with a model that was just trained.

    Examples
    --------
    >>> print(next_steps("models/mine"))
    Next:
      movieclassifier predict 'A text of yours' --model models/mine
      movieclassifier explain 'A text of yours' --model models/mine
      movieclassifier serve --model models/mine
    """
    model = "" if model_dir == "pkl_objects" else f" --model {shlex.quote(model_dir)}"
    commands = [f"{name} 'A text of yours'" for name in ("predict", "explain")] + ["serve"]
    return "\n".join(["Next:", *(f"  movieclassifier {command}{model}" for command in commands)])


def track_run(
    classifier: Classifier, run: RunOptions, corpus: Corpus, test: Corpus | None, costs: dict[str, float]
) -> None:
    """Log the run to MLflow if ``--track`` says so, with its report if that can be drawn."""
    if run.track:
        from movieclassifier.reports import mlflow_log

        mlflow_log.track_run(classifier, run.model_dir, corpus, test, costs)
