"""``movieclassifier report`` finds out before the work what would keep it from its end."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from movieclassifier.cli import main
from tests.support.reports import SAMPLE, SETTINGS, run

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    model_dir = tmp_path_factory.mktemp("model")
    run("train", SAMPLE, "--model", model_dir, *SETTINGS)
    return model_dir


def test_a_place_that_cannot_be_written_is_told_before_the_work(trained, tmp_path):
    (tmp_path / "report.html").mkdir()
    result = CliRunner().invoke(
        main, ["report", SAMPLE, "--model", str(trained), "--output", str(tmp_path), "--progress"]
    )
    assert result.exit_code == 2
    assert "Repeating" not in result.stderr


def test_missing_packages_are_named_with_the_command_that_installs_them(trained, monkeypatch):
    monkeypatch.setattr("movieclassifier.system.packages.find_spec", lambda name: None)
    result = CliRunner().invoke(main, ["report", SAMPLE, "--model", str(trained)])
    assert result.exit_code == 2
    assert "matplotlib and wordcloud must be installed: pip install 'movieclassifier[report]'" in result.output


@pytest.mark.parametrize("model", ["nowhere", "empty", "pkl_objects"])
def test_report_without_a_model_says_what_to_do(tmp_path, monkeypatch, model):
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    result = CliRunner().invoke(main, ["report", str(Path(ROOT, SAMPLE)), "--model", model])
    assert result.exit_code == 2
    path = model if model != "empty" else "empty/classifier.npz"
    assert result.stderr == (
        f"Error: {path}: there is no model to report on. Train one with `movieclassifier train CORPUS`, or name its "
        "folder with --model.\n"
    )
    assert not Path("report").exists()
