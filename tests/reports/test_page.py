"""The pages of reports fit on a phone and follow the dark scheme."""

import shutil
from io import BytesIO

import pytest
from PIL import Image

from tests.support.browsers import opening
from tests.support.reports import PICTURES

pytestmark = pytest.mark.skipif(not shutil.which("chromium"), reason="there is no Chromium here")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with opening(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.mark.parametrize("width", [320, 390, 1000])
def test_no_report_scrolls_sideways(browser, folder, width):
    browser.look(width)
    browser.driver.get((folder / "report.html").resolve().as_uri())
    assert browser.driver.execute_script("return document.documentElement.scrollWidth") <= width


def test_report_is_dark_where_dark_is_preferred(browser, folder):
    def brightness(of):
        colour = browser.driver.execute_script(
            "return getComputedStyle(document.querySelector(arguments[0]))[arguments[1]]", *of
        )
        return sum(int(part) for part in colour.removeprefix("rgb(").removesuffix(")").split(", "))

    found = {}
    for dark in (False, True):
        browser.look(390, dark=dark)
        browser.driver.get((folder / "report.html").resolve().as_uri())
        found[dark] = [brightness(("section", "backgroundColor")), brightness(("section h2", "color"))]
    assert found[False][0] > 700 > found[False][1]
    assert found[True][0] < 150 < 600 < found[True][1]


def test_pictures_are_dark_where_dark_is_preferred(browser, folder):
    shares = {}
    for dark in (False, True):
        browser.look(1000, dark=dark)
        browser.driver.get((folder / "report.html").resolve().as_uri())
        pictures = browser.driver.find_elements("css selector", "figure img")
        shares[dark] = [light_share(picture.screenshot_as_png) for picture in pictures]
    assert len(shares[True]) == len(PICTURES)
    assert min(shares[False]) > 0.5
    assert max(shares[True]) < 0.4


def light_share(png):
    """Return the share of light pixels in a picture."""
    with Image.open(BytesIO(png)) as image:
        grey = image.convert("L").histogram()
    return sum(grey[128:]) / sum(grey)
