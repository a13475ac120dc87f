"""The pages of reports fit on a phone and follow the dark scheme."""

import shutil

import pytest

from tests.support.browsers import opening

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
