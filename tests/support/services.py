"""Services over a small model, for tests of the log and of what learns from it."""

import random
from pathlib import Path

from movieclassifier.feedback.log.entities import Client
from movieclassifier.feedback.owner import Owner
from movieclassifier.feedback.served_log import ServedLog
from movieclassifier.feedback.service import Service
from movieclassifier.feedback.settings import read_settings
from movieclassifier.models.guard import make_guard
from movieclassifier.models.writing import save_record
from movieclassifier.recipes.linear import Recipe
from tests.support.models import random_classifier

ADA, BOB = Client("session of ada", "address of ada"), Client("session of bob", "address of bob")
NO_CAP = 1e9
SMALL = Recipe().with_settings(n_features=2**12, ngram_range=(1, 2))


def make_texts(n: int, seed: int = 0, n_words: int = 40) -> list[str]:
    """Return different texts over a small vocabulary."""
    words = random.Random(seed)
    return [f"number{seed}of{i} " + " ".join(f"word{words.randrange(n_words)}" for _ in range(12)) for i in range(n)]


TEXTS = make_texts(40)
_OPEN: list[Service] = []


class OwnedService(Service):
    """A service, and its owner beside it."""

    def __init__(self, log: ServedLog):
        super().__init__(log)
        self.owner = Owner(log)
        self.store, self.served = log.store, log.served


def write_model(path: Path, *, n_classes: int = 2, recipe: Recipe = SMALL, guard: bool = True, seed: int = 0) -> Path:
    """Write the record of a random classifier that knows the texts; on its guard set it is always right."""
    classifier = random_classifier(n_classes, recipe, tuple(TEXTS), seed)
    held_out = make_texts(500, seed=7)
    extra = make_guard(classifier, zip(held_out, classifier.predict(held_out).tolist(), strict=True)) if guard else {}
    path.parent.mkdir(exist_ok=True)
    save_record(path, classifier, extra)
    return path


def open_service(url: str, model: Path, **settings) -> OwnedService:
    """Return a service with limits that no test reaches by accident."""
    generous = {"VOTES_PER_HOUR": 10**6, "PREDICTIONS_PER_MINUTE": 10**6, "TEXTS_PER_HOUR": 10**9, "CAP": NO_CAP}
    generous |= {"VOTE_SHARE": 1, "CLIENT_SHARE": 1, "TOLERANCE": 1}
    service = OwnedService(
        ServedLog(read_settings({"DATABASE_URL": url, "MODEL": str(model)} | generous | settings, {}))
    )
    _OPEN.append(service)
    return service


def open_own(url: str) -> OwnedService:
    """Return a service over what the working folder holds, as a server without settings has it."""
    service = OwnedService(ServedLog(read_settings({"DATABASE_URL": url}, {})))
    _OPEN.append(service)
    return service


def close_services() -> None:
    """Close what was opened; a test file has a fixture that does so after every test."""
    while _OPEN:
        _OPEN.pop().close()


def digest(service: Service) -> str:
    """Return the digest of the weights that a service serves now."""
    with service.model() as classifier:
        return classifier.weights_sha256()


def contradict(service: Service, text: str, client: Client = ADA):
    """Classify a text and say that the answer is wrong."""
    prediction = service.classify(text, client)
    wrong = next(label for label in prediction.labels if label != prediction.label)
    return prediction, service.vote(prediction.id, wrong, client)
