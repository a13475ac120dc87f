"""The kinds of files for ``tests/scripts/hostile_files.py``: how a good one is made, and how one is read."""

import functools
import pickle
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.scripts.mutations import mutate_bytes, mutate_database, mutate_lines, mutate_npz, mutate_pickle

if TYPE_CHECKING:
    from flask import Flask

    from tests.support.news_server import NewsServer


@dataclass(frozen=True)
class Kind:
    """A kind of file: how a good one is made, how one is forged, and how one is read.

    Attributes
    ----------
    good : callable
        Returns the bytes of a good file.
    mutate : callable
        Takes those and a random generator, and returns the bytes of a bad one.
    read : callable
        Takes a path; raises one of `errors` where it refuses the file.
    errors : tuple of exception types
    """

    good: Callable[[], bytes]
    mutate: Callable[[bytes, random.Random], bytes]
    read: Callable[[Path], object]
    errors: tuple[type[Exception], ...] = (ValueError, OSError)


def good_pickle() -> bytes:
    """Return the pickle of a small model with three classes."""
    from tests.support.models import random_classifier

    return pickle.dumps(random_classifier(3).estimator, protocol=4)


def read_pickle(path: Path) -> None:
    """Load a pickle, predict with it, and let it learn."""
    import numpy as np

    from movieclassifier.models.pickles import load_pickled

    estimator = load_pickled(path)
    if isinstance(estimator, list):
        return
    X = np.ones((2, estimator.coef_.shape[1]), estimator.coef_.dtype)
    estimator.predict(X)
    estimator.partial_fit(X, estimator.classes_[:2])


def good_record() -> bytes:
    """Return the record of a small model with a guard set."""
    from movieclassifier.models.guard import make_guard
    from movieclassifier.models.writing import record_bytes
    from tests.support.models import random_classifier

    classifier = random_classifier(texts=("a fine film", "a dull film"))
    return record_bytes(classifier, make_guard(classifier, [("a fine film", 1), ("a dull film", 0)]))


def read_record(path: Path) -> None:
    """Load a record, predict, explain, learn, and look at the guard set."""
    from movieclassifier.models.guard import guard_accuracy
    from movieclassifier.models.record import load_record

    classifier, extra = load_record(path)
    classifier.predict(["a fine film"])
    classifier.explain("a fine film")
    classifier.learn("a fine film", classifier.classes_.tolist()[0])
    if extra:
        guard_accuracy(classifier, extra, classifier.columns)


def good_sparse_pickle() -> bytes:
    """Return the pickle of a model with weights that are kept by column."""
    from scipy.sparse import csr_matrix

    from tests.support.models import random_classifier

    estimator = random_classifier(3).estimator
    estimator.coef_ = csr_matrix(estimator.coef_)
    return pickle.dumps(estimator, protocol=4)


def read_sparse_pickle(path: Path) -> None:
    """Load a pickle, and predict with it."""
    import numpy as np
    from scipy.sparse import csr_matrix

    from movieclassifier.models.pickles import load_pickled

    estimator = load_pickled(path)
    if not isinstance(estimator, list):
        estimator.predict(csr_matrix(np.ones((2, estimator.coef_.shape[1]), estimator.coef_.dtype)))


# ---------------------------------------------------------------- training


@functools.cache
def _lesson(n_classes: int, passes: int) -> tuple[list, object]:
    """Return documents and the plan of a short fit."""
    from movieclassifier.recipes.linear import Recipe
    from movieclassifier.training.plan import Plan
    from tests.support.services import make_texts

    recipe = Recipe().with_settings(n_features=2**12, ngram_range=(1, 2), passes=passes)
    documents = [(f"class{i % n_classes} {text}", i % n_classes) for i, text in enumerate(make_texts(60))]
    counts = tuple(len(range(position, 60, n_classes)) for position in range(n_classes))
    return documents, Plan(recipe, tuple(range(n_classes)), counts, 60, minibatch_size=8, sha256="5e4f")


@functools.cache
def _stopped_run(n_classes: int, passes: int) -> tuple[dict[str, bytes], str]:
    """Return the files that a killed fit leaves, and the digest of the weights that it would have reached."""
    from movieclassifier.training.steps import Fit

    documents, plan = _lesson(n_classes, passes)
    with TemporaryDirectory() as folder:
        fit = Fit(plan, folder)
        n_steps = plan.n_steps - 2
        steps = fit.run(iter(documents), 1, n_steps)
        for _ in range(n_steps):
            next(steps)
        files = {path.name: path.read_bytes() for path in Path(folder).iterdir()}
        steps.close()
        files = {path.name: path.read_bytes() for path in Path(folder).iterdir()} | files
        expected = _go_on(files, n_classes, passes)
    return files, expected


def _go_on(files: dict[str, bytes], n_classes: int, passes: int) -> str:
    """Resume from files, and return the digest of the weights."""
    from movieclassifier.training.fit import fit

    documents, plan = _lesson(n_classes, passes)
    with TemporaryDirectory() as folder:
        for name, content in files.items():
            Path(folder, name).write_bytes(content)
        return fit(documents, plan, model_dir=folder, resume=True).weights_sha256()


def good_training_file(name: str, n_classes: int, passes: int) -> bytes:
    """Return a file that a killed fit leaves."""
    return _stopped_run(n_classes, passes)[0][name]


def resume_from(path: Path, name: str, n_classes: int, passes: int, *, same: bool) -> None:
    """Go on from a bad file among good ones, where `same` to the same weights."""
    files, expected = _stopped_run(n_classes, passes)
    found = _go_on(files | {name: path.read_bytes()}, n_classes, passes)
    if same and found != expected:
        raise AssertionError("it was read, and gave other weights")


def _training_kind(name: str, n_classes: int, passes: int, mutate: Callable[[bytes, random.Random], bytes]) -> Kind:
    """Return a kind; a file whose bytes are damaged has checksums that say so, one that is forged has not."""
    given = {"name": name, "n_classes": n_classes, "passes": passes}
    read = functools.partial(resume_from, **given, same=mutate is mutate_bytes)
    return Kind(functools.partial(good_training_file, **given), mutate, read)


def forge_cache(content: bytes, rng: random.Random) -> bytes:
    """Change numbers in the first minibatch of a cache, under a checksum that is right."""
    import numpy as np

    from movieclassifier.training.minibatch_cache import MinibatchCache

    with TemporaryDirectory() as folder:
        path = Path(folder, "cache")
        path.write_bytes(content)
        header = np.frombuffer(content[:32], np.int64).copy()
        size = 4 * (2 * int(header[0]) + 1 + int(header[1])) + 4 * int(header[2])
        numbers = np.frombuffer(content[32 : 32 + size], np.int32).copy()
        for _ in range(rng.choice((1, 1, 2, 5))):
            place = rng.choice((rng.randrange(len(numbers)), rng.randrange(2 * int(header[0]) + 1)))
            numbers[place] = rng.choice((-1, 0, 1, 2**12, 2**30, -(2**31), int(numbers[place]) + 1))
        if rng.random() < 0.2:
            header[rng.randrange(3)] += rng.choice((-1, 1, 2**40))
        cache = MinibatchCache(path, 2**12, "float32", True)
        header[3] = cache._checksum(header[:3].tolist(), numbers.tobytes())
        cache.close()
        return header.tobytes() + numbers.tobytes() + content[32 + size :]


# ---------------------------------------------------------------- the journal of a search

SEARCH = {"base": {"alpha": 1e-6}, "n_candidates": 3, "n_train": 90, "n_folds": 3, "seed": 1}


def good_journal() -> bytes:
    """Return the journal of a search with a few results."""
    from movieclassifier.evaluation.tuning_journal import Journal, Score

    with TemporaryDirectory() as folder:
        journal = Journal(Path(folder, "journal.jsonl"), SEARCH)
        for number in range(3):
            journal.add(number, 30, Score(0.5 + number / 10, 0.6, 1.25))
        return journal.path.read_bytes()


def read_journal(path: Path) -> None:
    """Go on with a search from its journal."""
    from movieclassifier.evaluation.tuning_journal import Journal, Score

    journal = Journal(path, SEARCH)
    sorted(journal.scores, key=lambda key: journal.scores[key].rank())
    journal.add(1, 90, Score(0.5, 0.6, 1.25))
    Journal(path, SEARCH)


# ---------------------------------------------------------------- the database of a server


@functools.cache
def _server() -> tuple[bytes, bytes]:
    """Return the bytes of a model and of the database of a server that has answered and learned."""
    from tests.support.services import ADA, BOB, TEXTS, close_services, contradict, open_service, write_model

    with TemporaryDirectory() as folder:
        model = write_model(Path(folder, "m", "classifier.npz"))
        service = open_service(f"sqlite:///{folder}/f.db", model)
        for text in TEXTS[:6]:
            contradict(service, text)
        service.owner.update("owner", tolerance=1)
        for text in TEXTS[6:10]:
            prediction, _ = contradict(service, text, BOB)
        service.undo(prediction.id, BOB)
        service.classify(TEXTS[11], ADA)
        close_services()  # which writes the log of SQLite into the file
        return Path(folder, "f.db").read_bytes(), model.read_bytes()


def good_database() -> bytes:
    """Return the database of a server."""
    return _server()[0]


def read_database(path: Path) -> None:
    """Do with a database all that a server and its owner do; each act may refuse, and none may do anything else."""
    from movieclassifier.feedback.owner import Owner
    from movieclassifier.feedback.served_log import ServedLog
    from movieclassifier.feedback.service import Service
    from movieclassifier.feedback.settings import read_settings
    from tests.support.services import ADA, TEXTS

    with TemporaryDirectory() as folder:
        model, database = Path(folder, "classifier.npz"), Path(folder, "f.db")
        model.write_bytes(_server()[1])
        shutil.copy(path, database)
        given = {"DATABASE_URL": f"sqlite:///{database}", "MODEL": str(model), "PREDICTIONS_PER_MINUTE": 10**6}
        log = ServedLog(read_settings(given, {}))
        service, owner = Service(log), Owner(log)
        acts: list[Callable[[], object]] = [
            service.ready,
            service.facts,
            service.stats,
            lambda: [(p.vote, p.explanation) for p in service.history(ADA)],
            lambda: service.vote(service.classify(TEXTS[12], ADA).id, "1", ADA),
            lambda: [service.undo(prediction.id, ADA) for prediction in service.history(ADA)[:1]],
            owner.describe,
            owner.clients,
            owner.queue,
            owner.entries,
            lambda: list(owner.export_rows()),
            owner.audit,
            owner.versions,
            lambda: [owner.votes_of(voter.client) for voter in owner.clients()],
            lambda: owner.undo_votes([2], "owner"),
            lambda: owner.update("owner", tolerance=1),
            lambda: owner.rollback(1, "owner"),
        ]
        refused = None
        try:
            for act in acts:
                try:
                    act()
                except (ValueError, OSError) as error:
                    refused = error
        finally:
            service.close()
        if refused is not None:
            raise refused


# ---------------------------------------------------------------- news and posts

LIVE_TABLES = ("mc_feeds", "mc_items", "mc_judged", "mc_searches", "mc_found", "mc_drift", "mc_leases")
PAGES = (
    "/live",
    "/live?sort=unsure&page=1",
    "/live?sort=disagreeing",
    "/live?paper=The+Lund+Courier&topic=0&topic=other",
    "/live/items?since=0",
    "/live/items/1",
    "/live/drift",
    "/live/drift?source=The+Lund+Courier",
    "/live/hashtag?q=lund",
    "/live/hashtag.csv?q=lund",
    "/live/hashtag.json?q=lund",
    "/api/v1/live/items?limit=100",
)


@functools.cache
def _newspaper() -> "NewsServer":
    """Return a server of a feed and of posts, which runs as long as this process."""
    import threading

    from tests.support.news import rss
    from tests.support.news_server import NewsServer
    from tests.support.newsroom import mastodon_answer
    from tests.support.services import TEXTS

    server = NewsServer({"/api/v1/timelines/tag/lund": mastodon_answer(TEXTS[:5])})
    server.pages["/feed"] = rss([
        {"title": f"Article {i}", "guid": str(i), "description": f"{text} {text}", "category": "0"}
        for i, text in enumerate(TEXTS[:8])
    ])  # fmt: skip
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    return server


def _live_app(folder: str) -> "Flask":
    """Return an application over the model and the database of a folder."""
    from movieclassifier.live.sources.asking import Outside
    from movieclassifier.web import create_app

    server = _newspaper()
    papers = Path(folder, "papers.toml")
    papers.write_text(f'["The Lund Courier"]\nfeeds = ["{server.url}/feed"]')
    app = create_app({
        "SECRET_KEY": "a key for the test",
        "DATABASE_URL": f"sqlite:///{folder}/f.db",
        "MODEL": f"{folder}/classifier.npz",
        "LIVE_ALLOW": server.place,
        "NEWSPAPERS": str(papers),
        "LIVE_COLLECT": False,
        "LIVE_PAUSE": 0,
        "LIVE_FULL_TEXT": False,
        "LIVE_LANGUAGE": "any",
        "SEARCHES_PER_MINUTE": 10**6,
    })  # fmt: skip
    live = app.extensions["movieclassifier live"]
    live.searcher._outside = Outside(
        live.outside.fetcher, live.outside.parser, {"MOVIECLASSIFIER_MASTODON": server.url}
    )
    return app


def _close(app: "Flask") -> None:
    app.extensions["movieclassifier live"].close()
    app.extensions["movieclassifier"].close()


@functools.cache
def good_live_database() -> bytes:
    """Return the database of a server that has read news and searched for posts."""
    with TemporaryDirectory() as folder:
        Path(folder, "classifier.npz").write_bytes(_server()[1])
        app = _live_app(folder)
        live = app.extensions["movieclassifier live"]
        live.collector.collect()
        live.after_round()
        for page in PAGES:
            app.test_client().get(page)
        _close(app)  # which writes the log of SQLite into the file
        return Path(folder, "f.db").read_bytes()


def read_live_database(path: Path) -> None:
    """Do with a database all that the live pages and the collector do; each act may refuse, and do nothing else."""
    with TemporaryDirectory() as folder:
        Path(folder, "classifier.npz").write_bytes(_server()[1])
        shutil.copy(path, Path(folder, "f.db"))
        app = _live_app(folder)
        live, client = app.extensions["movieclassifier live"], app.test_client()
        refused: Exception | None = None
        try:
            for page in PAGES:
                response = client.get(page)
                if response.status_code == 500:
                    raise AssertionError(f"{page} is a fault of the server")
                if response.status_code == 503:
                    refused = OSError(response.get_data(as_text=True))
            for act in (live.collector.collect, live.after_round, live.drift, live.collector.stop, live.feeds):
                try:
                    act()
                except (ValueError, OSError) as error:
                    refused = error
        finally:
            _close(app)
        if refused is not None:
            raise refused


CHECKPOINT, CACHE = "checkpoint.npz", "minibatches.cache"
KINDS = {
    "pickle": Kind(good_pickle, mutate_pickle, read_pickle),
    "sparse-pickle": Kind(good_sparse_pickle, mutate_pickle, read_sparse_pickle),
    "record": Kind(good_record, mutate_npz, read_record),
    "checkpoint": _training_kind(CHECKPOINT, 2, 1, mutate_npz),
    "checkpoint-of-passes": _training_kind(CHECKPOINT, 3, 3, mutate_npz),
    "damaged-checkpoint": _training_kind(CHECKPOINT, 2, 1, mutate_bytes),
    "cache": _training_kind(CACHE, 2, 2, forge_cache),
    "damaged-cache": _training_kind(CACHE, 2, 2, mutate_bytes),
    "journal": Kind(good_journal, mutate_lines, read_journal),
    "database": Kind(good_database, mutate_database, read_database),
    "live-database": Kind(
        good_live_database, functools.partial(mutate_database, among=LIVE_TABLES), read_live_database
    ),
}
