"""Take the documentation's pictures of a report: ``python -m tests.scripts.report_screenshots report/report.html OUT.png 0 2``.

The numbers are of the first and the last section; section 0 begins at the top of the page. It needs Pillow.
"""

import base64
import io
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from tests.support.browsers import Browser, opening

WIDTH, MARGIN = 1080, 24
N_COLOURS = 128
BOX = "const box = document.querySelectorAll('section')[arguments[0]].getBoundingClientRect(); return [box.top, box.bottom]"


def picture(browser: Browser, first: int, last: int) -> bytes:
    """Return a PNG of the sections of a page from `first` to `last`."""
    edge = lambda number, end: browser.driver.execute_script(BOX, number)[end]  # noqa: E731
    top = edge(first, 0) - MARGIN if first else 0
    clip = {"x": 0, "y": top, "width": WIDTH, "height": edge(last, 1) + MARGIN - top, "scale": 1}
    answer = browser.driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip})
    return base64.b64decode(answer["data"])


def main(page: str, out: str, first: str, last: str) -> None:
    """Open a page and save a picture of some of its sections, in few colours."""
    with TemporaryDirectory() as profile, opening(Path(profile)) as browser:
        browser.look(WIDTH, 900)
        browser.driver.get(Path(page).resolve().as_uri())
        image = Image.open(io.BytesIO(picture(browser, int(first), int(last)))).convert("RGB")
    image.quantize(N_COLOURS, dither=Image.Dither.NONE).save(out, optimize=True)
    print(f"{out}: {image.width} x {image.height}, {Path(out).stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main(*sys.argv[1:])
