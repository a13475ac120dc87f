"""Steps before a fit: what could stop it is found before it starts."""

from dataclasses import replace

import click
import pytest
from click.testing import CliRunner

from movieclassifier.commands.shared.train_steps import (
    can_resume,
    find_label_doubts,
    fit_options,
    keep_as_before,
    lock,
    plan_run,
    scorer,
)
from movieclassifier.corpora.corpus import open_corpus
from movieclassifier.corpora.survey import survey
from movieclassifier.models.persistence import load_classifier
from movieclassifier.recipes.names import make_recipe
from movieclassifier.training.checkpoints import WEIGHTS
from movieclassifier.training.options import RunOptions, TrainingOptions
from movieclassifier.training.source_tasks import find_source
from movieclassifier.training.sources import CorpusSource
from movieclassifier.training.steps import Fit
from tests.support.engines import InProcess
from tests.support.fits import SAMPLE, plan_for

TRAINING = TrainingOptions(make_recipe("default", n_features=2**10))
RUN = RunOptions()


def in_command(function, *arguments):
    """Call a function inside a command, which ends with it; return the result of the command."""

    @click.command()
    def command():
        click.echo(function(*arguments))

    return CliRunner().invoke(command, [])


def source_of(folder, n=100):
    path = folder / "a.csv"
    path.write_text("text,label\n" + "".join(f"text {i},{'ab'[i % 2]}\n" for i in range(n)))
    corpus = open_corpus(path)
    return CorpusSource(corpus, survey(corpus))


@pytest.mark.parametrize(
    ("n_classes", "n_documents", "is_doubted"), [(9, 9, False), (10, 20, True), (10, 21, False), (77, 100, True)]
)
def test_nearly_as_many_labels_as_documents_are_doubted(n_classes, n_documents, is_doubted):
    assert bool(find_label_doubts(n_classes, n_documents)) is is_doubted


def test_continuation_keeps_as_many_columns_as_before(capsys):
    earlier = plan_for(SAMPLE, n_keep=1234)
    assert keep_as_before(TRAINING, earlier).n_keep == 1234
    assert capsys.readouterr().err == "Keeping 1,234 columns, as before; --keep says otherwise.\n"
    assert keep_as_before(replace(TRAINING, n_keep=5), earlier).n_keep == 5
    assert keep_as_before(TRAINING, None) is TRAINING


def test_folder_is_locked_until_the_command_ends(tmp_path):
    folder = tmp_path / "new" / "model"

    def lock_twice():
        lock(folder)
        second = in_command(lock, folder)
        return second.exit_code, type(second.exception).__name__

    first = in_command(lock_twice)
    assert first.exit_code == 0
    assert first.output.startswith("(1, '")
    assert in_command(lock, folder).exit_code == 0


def test_plan_warns_of_documents_that_are_tested_on(tmp_path):
    source = source_of(tmp_path)
    run = replace(RUN, model_dir=str(tmp_path / "model"))
    result = in_command(plan_run, source, source, TRAINING, run)
    assert result.exit_code == 0, result.output
    assert "a.csv is trained on, so how well the model does there says nothing" in result.stderr
    few = in_command(plan_run, source, None, replace(TRAINING, n_shards=2), run)
    assert "a shard has about" in few.stderr


def test_an_engine_leaves_each_shard_enough_documents(tmp_path):
    source = source_of(tmp_path, 21_000)  # less the holdout and the calibration slice fewer than 9 shards of 2,000
    run = replace(RUN, model_dir=str(tmp_path / "model"), on="local")
    found = []
    result = in_command(lambda: found.append(plan_run(source, None, TRAINING, run)))
    assert (result.exit_code, found[0][0].n_shards, "a shard has" in result.stderr) == (0, 8, False)


def test_an_evaluation_that_is_stopped_says_how_to_go_on(tmp_path):
    class Stopped(InProcess):
        def run(self, tasks, forgiving=False):
            raise KeyboardInterrupt

    excerpt = find_source(source_of(tmp_path).corpus, InProcess()).documents()
    score = scorer(load_classifier(), excerpt, replace(RUN, model_dir=str(tmp_path)), Stopped())
    with pytest.raises(KeyboardInterrupt, match=r"^$"):
        score()
    (tmp_path / WEIGHTS).touch()
    with pytest.raises(KeyboardInterrupt, match="Repeat it with resume=True to go on from the last pass"):
        score()


def test_run_goes_on_where_there_is_a_checkpoint(tmp_path, capsys):
    plan = plan_for(SAMPLE)
    run = replace(RUN, model_dir=str(tmp_path), resume=True)
    assert not can_resume(run, plan)
    fit = Fit(plan, tmp_path)
    steps = fit.run(SAMPLE, checkpoint_every=2)
    next(steps), next(steps)
    steps.close()
    assert fit_options(run, plan)["resume"]
    assert not fit_options(replace(run, resume=False), plan)["resume"]
    said = capsys.readouterr().err.splitlines()
    assert said[0] == f"There is no checkpoint in {tmp_path} yet: starting from the beginning."
    assert "going on at minibatch 3 of 8 (document 101)." in said[1]
