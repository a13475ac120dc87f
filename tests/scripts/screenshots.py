"""Take the README's pictures: ``python tests/scripts/screenshots.py pkl_objects docs/images``. It needs Pillow."""

import io
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from movieclassifier.web import create_app
from tests.support.browsers import Browser, opening, serving

REVIEW = """I went in expecting very little, and for twenty minutes that is what I got: a slow, muddled opening and \
jokes that fall flat.

Then the film wakes up. The two leads are wonderful together, the score is beautiful, and the last half hour is the \
most moving thing I have seen this year. It's a bit too long, and the villain is a waste of a good actor, but I loved \
it anyway. Highly recommended :-)"""
N_COLOURS = 64


def take(browser: Browser, path: Path) -> None:
    """Save a picture of the page in few colours, which such pages can do with."""
    from PIL import Image

    picture = Image.open(io.BytesIO(browser.picture())).convert("RGB")
    picture.quantize(N_COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path}: {picture.width} x {picture.height}, {path.stat().st_size / 1000:.0f} kB")


def take_all(browser: Browser, address: str, folder: Path) -> None:
    """Go the way of a person who corrects an answer, and of one with a phone, and of one in the dark."""
    browser.driver.get(address)
    browser.find("[name=review]").send_keys(REVIEW)
    browser.click("Classify")
    results = browser.driver.current_url
    take(browser, folder / "web-desktop.png")
    browser.look(390, 844)
    take(browser, folder / "web-phone.png")
    browser.look(dark=True)
    take(browser, folder / "web-dark.png")
    browser.look()
    browser.driver.get(results)
    browser.click("Incorrect")
    take(browser, folder / "web-thanks.png")


def main(model: str, folder: str) -> None:
    """Serve a model from a fresh database, and look at it."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as scratch:
        url = f"sqlite:///{scratch}/feedback.db"
        app = create_app({"SECRET_KEY": "for the pictures", "DATABASE_URL": url, "MODEL": model})
        with serving(app) as address, opening(Path(scratch, "profile")) as browser:
            take_all(browser, address, Path(folder))


if __name__ == "__main__":
    main(*sys.argv[1:])
