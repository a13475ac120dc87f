"""Take the documentation's pictures: ``python -m tests.scripts.screenshots pkl_objects docs/images``. It needs Pillow."""

import io
import logging
import random
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait
from werkzeug.security import generate_password_hash

from movieclassifier.corpora.readers.formats import READERS
from movieclassifier.feedback.log.entities import Client
from movieclassifier.web import create_app
from tests.support.browsers import Browser, opening, serving

REVIEW = """I went in expecting very little, and for twenty minutes that is what I got: a slow, muddled opening and \
jokes that fall flat.

Then the film wakes up. The two leads are wonderful together, the score is beautiful, and the last half hour is the \
most moving thing I have seen this year. It's a bit too long, and the villain is a waste of a good actor, but I loved \
it anyway. Highly recommended :-)"""
N_COLOURS = 160
PASSWORD = "for the pictures"


def take(browser: Browser, path: Path, full: bool = True) -> None:
    """Save a picture of the page in few colours, which such pages can do with."""
    from PIL import Image

    picture = Image.open(io.BytesIO(browser.picture(full))).convert("RGB")
    picture.quantize(N_COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path}: {picture.width} x {picture.height}, {path.stat().st_size / 1000:.0f} kB")


def wait_for(browser: Browser, part: str) -> None:
    """Wait until the address holds a part, and the bar has come to rest."""
    WebDriverWait(browser.driver, 20).until(lambda driver: part in driver.current_url)
    time.sleep(1.5)


def take_visitors(browser: Browser, address: str, folder: Path) -> None:
    """Go the way of a person who corrects an answer, and of one with a phone, and of one in the dark."""
    browser.look(1280, 980)
    browser.driver.get(address)
    browser.find("[name=review]").send_keys(REVIEW, Keys.CONTROL, Keys.ENTER)
    wait_for(browser, "/results/")
    browser.driver.execute_script("scrollTo(0, 0)")
    take(browser, folder / "web-desktop.png", full=False)
    browser.driver.get(browser.driver.current_url)
    take(browser, folder / "web-results.png")
    browser.look(390, 844)
    take(browser, folder / "web-phone.png")
    browser.look(1280, 860, dark=True)
    take(browser, folder / "web-dark.png")
    browser.look(1280, 860)
    browser.button("Incorrect").click()
    wait_for(browser, "/thanks/")
    take(browser, folder / "web-thanks.png")
    browser.driver.get(address + "/model")
    take(browser, folder / "web-model.png")


def take_owners(browser: Browser, address: str, folder: Path) -> None:
    """Look at the queue as the owner does."""
    browser.look(1280, 860)
    browser.driver.get(address + "/admin")
    browser.find("[name=password]").send_keys(PASSWORD)
    browser.click("Log in")
    browser.driver.get(address + "/admin/queue")
    time.sleep(0.5)
    take(browser, folder / "web-admin.png", full=False)


def vote(app: Flask, hostile: float) -> None:
    """Let some people vote on sample reviews; a share of the votes contradicts the sample."""
    service, chance = app.extensions["movieclassifier"], random.Random(1)
    for text, label in READERS["csv"]("movieclassifier/bundled/sample_reviews.csv"):
        client = Client("a session", f"{chance.randrange(4):012x}")
        prediction = service.classify(text, client)
        if chance.random() < 0.3 and prediction.id:
            name = dict(zip(("0", "1"), prediction.labels, strict=True)).get(str(label), str(label))
            wrong = next(other for other in prediction.labels if other != name)
            service.vote(prediction.id, wrong if chance.random() < hostile else name, client)


def main(model: str, folder: str) -> None:
    """Serve a model from fresh databases, at once and with an owner who decides, and look at it."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    for mode, hostile, take_all in (("instant", 0.05, take_visitors), ("review", 0.5, take_owners)):
        with TemporaryDirectory() as scratch:
            settings = {
                "SECRET_KEY": "for the pictures",
                "DATABASE_URL": f"sqlite:///{scratch}/feedback.db",
                "MODEL": model,
                "MODE": mode,
                "ADMIN_PASSWORD_HASH": generate_password_hash(PASSWORD),
                "PREDICTIONS_PER_MINUTE": 10**6,
                "VOTES_PER_HOUR": 10**6,
            }
            app = create_app(settings)
            vote(app, hostile)
            with serving(app) as address, opening(Path(scratch, "profile"), javascript=True) as browser:
                take_all(browser, address, Path(folder))


if __name__ == "__main__":
    main(*sys.argv[1:])
