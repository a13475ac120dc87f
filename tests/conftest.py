"""The real corpus, unpacked and written once for all tests; a test that asks for it is skipped where it is not."""

import os
import signal
import sys
import tempfile
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, settings
from jinja2 import FileSystemBytecodeCache

from movieclassifier.corpora.aclimdb.book_csv import write_csv
from movieclassifier.corpora.aclimdb.corpus import CORPUS_NAME, make_corpus
from movieclassifier.feedback.settings import DEPLOYED_SIGNS, INSTANCE
from tests.support.ending import ending
from tests.support.postgresql import create_database, running_postgresql
from tests.support.real_data import find_archive, find_unpacked

# A machine that others use, too, makes any example slow now and then.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


# Settings of the person who runs the tests are none of theirs, but for these two.
KEPT = {"MOVIECLASSIFIER_TEST_DATA", "MOVIECLASSIFIER_PURE_PYTHON"}
NAMES = {*DEPLOYED_SIGNS, "COLUMNS", "DATABASE_URL", "FORCE_COLOR", "NO_COLOR", "PORT", "SECRET_KEY", "WEB_CONCURRENCY"}
for variable in {name for name in os.environ if name in NAMES or name.startswith(("MOVIECLASSIFIER_", "MLFLOW_"))}:
    if variable not in KEPT:
        del os.environ[variable]
# No server of a test asks a real newspaper.
os.environ["MOVIECLASSIFIER_LIVE_COLLECT"] = "0"
# MLflow, which is imported while tests are collected, writes nothing into the home of who runs them, and reports nothing.
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
# Programs that tests start, and the tests themselves, keep their compiled modules: the next start is sooner.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
# A proxy reaches no server of a test.
os.environ["no_proxy"] = ",".join(filter(None, ["127.0.0.1", "localhost", os.environ.get("no_proxy")]))

# A shell that runs the tests in the background lets them ignore Ctrl-C, and all that they start with them.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config):
    """Give the temporary files of all tests, doctests and programs one folder, which goes when the tests end."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return  # the folder of the process that started this one
    # The folders of pytest itself stay where they can be looked at afterwards.
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", tempfile.gettempdir())
    folder = tempfile.mkdtemp(prefix="mc-")
    os.chmod(folder, 0o711)  # a test without privileges looks into a folder of its own below
    goes = ending(Path(folder))
    goes.__enter__()
    config.add_cleanup(lambda: goes.__exit__(None, None, None))
    os.environ["TMPDIR"] = tempfile.tempdir = folder


@pytest.fixture
def start_of_day(monkeypatch):
    """Let the clock go on from the next midnight: limits count by the minute and the hour, and none ends soon then."""
    until = 86400 - time.time() % 86400
    monkeypatch.setattr(time, "time", lambda real=time.time: real() + until)


@pytest.fixture(scope="session", autouse=True)
def _checkout():
    """Fail if a test wrote into the checkout, where people serve with a key of their own and have their reports."""
    folders = [folder for name in (INSTANCE, "report") if not (folder := Path(__file__).parents[1] / name).exists()]
    yield
    assert not [folder for folder in folders if folder.exists()], "a test has made this folder"


@pytest.fixture(scope="session", autouse=True)
def _parsers():
    """End the process that parses for all tests."""
    yield
    if support := sys.modules.get("tests.support.live"):
        support.PARSER.close()


# Half of the time goes into these; make test-quick leaves them out.
SLOW_FIXTURES = {"aclimdb_dir", "movie_data_csv", "postgresql_server"}
# A test file that opens a browser is slow as a whole.
BROWSERS = "tests.support.browsers"
SLOW_FILES = (
    "tests/commands/test_compare.py",
    "tests/commands/test_distill.py",
    "tests/commands/test_live.py",
    "tests/commands/test_live_keeping.py",
    "tests/commands/test_live_measures.py",
    "tests/commands/test_serve.py",
    "tests/commands/test_tune.py",
    "tests/corpora/readers/test_mutated.py",
    "tests/evaluation/test_comparison.py",
    "tests/evaluation/test_side_by_side.py",
    "tests/evaluation/test_trials.py",
    "tests/feedback/log/test_turns.py",
    "tests/feedback/test_log_follower.py",
    "tests/feedback/test_model_files.py",
    "tests/feedback/test_retraining.py",
    "tests/feedback/test_served_model.py",
    "tests/live/test_collecting.py",
    "tests/reports/",
    "tests/training/engines/test_dask_cluster.py",
    "tests/training/engines/test_table.py",
    "tests/training/test_estimator.py",
    "tests/training/test_resuming.py",
    "tests/web/api/test_endpoints.py",
    "tests/web/test_worker.py",
    "tests/whole/",
)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Mark tests that need a database server, a browser or a real corpus, or that train and serve for seconds."""
    if gone := [name for name in SLOW_FILES if not (config.rootpath / name).exists()]:
        raise pytest.UsageError(f"SLOW_FILES in tests/conftest.py names what is not there: {', '.join(gone)}")
    for item in items:
        params = item.callspec.params.values() if hasattr(item, "callspec") else ()
        on_postgresql = any(isinstance(value, str) and value == "postgresql" for value in params)
        fixtures = SLOW_FIXTURES & set(getattr(item, "fixturenames", ()))
        names = getattr(getattr(item, "module", None), "__dict__", {})  # a doctest has no module
        in_browser = any(getattr(value, "__module__", "") == BROWSERS for value in names.values())
        if item.nodeid.startswith(SLOW_FILES) or fixtures or on_postgresql or in_browser:
            item.add_marker("slow")


@pytest.fixture(scope="session")
def aclimdb_dir(tmp_path_factory) -> Path:
    """Return the folder of the real corpus; it is not to be changed."""
    unpacked = find_unpacked()
    if unpacked is not None:
        return unpacked
    archive, data_dir = find_archive(), tmp_path_factory.mktemp("data")
    make_corpus(data_dir, str(archive))
    return data_dir / CORPUS_NAME


@pytest.fixture(scope="session")
def movie_data_csv(aclimdb_dir, tmp_path_factory) -> Path:
    """Return the path of the real movie_data.csv; it is not to be changed."""
    csv_path = tmp_path_factory.mktemp("csv") / "movie_data.csv"
    write_csv(aclimdb_dir, csv_path)
    return csv_path


@pytest.fixture(scope="session")
def small_model(tmp_path_factory) -> Path:
    """Return the folder of a model of the sample reviews; it is not to be changed."""
    from train_online import main

    sample, model_dir = "movieclassifier/bundled/sample_reviews.csv", tmp_path_factory.mktemp("small_model")
    arguments = [sample, "--model", str(model_dir), "--n-features", "2**20", "--no-progress"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return model_dir


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory) -> FileSystemBytecodeCache:
    """Keep compiled templates, so that not every app of a test compiles them again."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def make_app(tmp_path, small_model, compiled_templates):
    """Return a function that makes an app over the small model, with other settings where they are given."""
    from movieclassifier.web import create_app

    def make(**config):
        url = f"sqlite:///{tmp_path}/feedback.db"
        settings = {
            "TESTING": True,
            "SECRET_KEY": "test",
            "DATABASE_URL": url,
            "MODEL": str(small_model),
            "CAP": 9.0,
            "LIVE_COLLECT": False,
        }
        app = create_app(settings | config)
        app.jinja_env.bytecode_cache = compiled_templates
        return app

    return make


@pytest.fixture(scope="session")
def postgresql_server():
    """Return the URL of a real, temporary PostgreSQL server, with ``{database}`` to be filled in."""
    with running_postgresql() as url:
        yield url


@pytest.fixture
def postgresql_url(postgresql_server):
    """Return the URL of an empty database."""
    return create_database(postgresql_server)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    """Return the URL of an empty database, of both kinds in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/feedback.db"
    return request.getfixturevalue("postgresql_url")
