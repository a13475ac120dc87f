"""Debian's chromium, driven without the network: with or without JavaScript, of any width, in light or dark."""

import base64
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask

pytest.importorskip("selenium", reason="selenium drives the browser: pip install selenium")

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait
from werkzeug.serving import make_server

from tests.support.patience import PATIENCE

CHROMIUM = ("chromium", "chromedriver")
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-sync",
    "--hide-scrollbars",
    "--no-first-run",
)
MAX_TABS = 80
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
LOOKS = {
    "desktop": {"width": 1000},
    "phone": {"width": 390, "height": 844},
    "dark": {"width": 1000, "dark": True},
}
# By look: the rules of axe-core that a page is held to. Only colours differ in the dark.
RULES = [("desktop", WCAG), ("phone", WCAG), ("dark", ["color-contrast"])]


class Browser:
    """A chromium of its own profile.

    Parameters
    ----------
    profile : Path
        An empty folder.
    javascript : bool
    """

    def __init__(self, profile: Path, javascript: bool = False):
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        for argument in (*ARGUMENTS, f"--user-data-dir={profile}"):
            options.add_argument(argument)
        if not javascript:
            options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))

    def look(self, width: int = 1000, height: int = 900, dark: bool = False) -> None:
        """Take another width and colour scheme."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})

    def find(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def button(self, name: str) -> WebElement:
        """Return the button or link of the main part that begins with that text."""
        found = self.driver.find_elements(By.CSS_SELECTOR, "main button, main a")
        return next(element for element in found if element.text.startswith(name))

    @property
    def words(self) -> str:
        """What the page says."""
        return " ".join(self.find("body").text.split())

    @contextmanager
    def turning(self) -> Iterator[None]:
        """Wait until what is done inside has brought another page, loaded or put in place by the page's script."""
        old, address = [self.find("html"), self.find("main")], self.driver.current_url
        yield
        waiting = WebDriverWait(self.driver, PATIENCE, ignored_exceptions=[WebDriverException])
        waiting.until(lambda driver: driver.current_url != address or any(map(is_gone, old)))
        waiting.until(lambda driver: driver.find_elements(By.CSS_SELECTOR, "footer"))

    def click(self, name: str) -> None:
        """Click a button or link and wait for its page."""
        with self.turning():
            self.button(name).click()

    def press(self, *keys: str) -> WebElement:
        """Press keys, and return what has the focus then."""
        for key in keys:
            ActionChains(self.driver).send_keys(key).perform()
        return self.driver.switch_to.active_element

    def tab_to(self, name: str) -> WebElement:
        """Press the tabulator until the element with that text or field name has the focus."""
        for _ in range(MAX_TABS):
            focused = self.press(Keys.TAB)
            if name in (focused.text, focused.get_attribute("name")):
                return focused
        raise AssertionError(f"{name} cannot be reached by keyboard")

    def enter(self, name: str) -> None:
        """Go to a button or link by keyboard and press it."""
        self.tab_to(name)
        with self.turning():
            self.press(Keys.ENTER)

    def violations(self, rules: list[str] = WCAG) -> list[tuple[str, str, str]]:
        """Run axe-core, which selenium-axe-python carries, on the page with every part opened."""
        self.driver.execute_script("for (const part of document.querySelectorAll('details')) part.open = true")
        self.driver.execute_script((files("selenium_axe_python") / "axe-core/axe.min.js").read_text("utf-8"))
        run = "axe.run({runOnly: arguments[0], resultTypes: ['violations']}).then(arguments[1])"
        found = self.driver.execute_async_script(run, rules)["violations"]
        return [(rule["id"], node["html"], node["failureSummary"]) for rule in found for node in rule["nodes"]]

    def picture(self, full: bool = True) -> bytes:
        """Return a PNG of the page, in full or as far as it is seen without scrolling."""
        wanted = {"captureBeyondViewport": full}
        if full:
            size = self.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
            wanted["clip"] = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        return base64.b64decode(self.driver.execute_cdp_cmd("Page.captureScreenshot", wanted)["data"])


def is_gone(element: WebElement) -> bool:
    """Tell whether the page of an element was left; while it is being left, chromedriver knows several errors."""
    try:
        element.is_enabled()
    except WebDriverException:
        return True
    return False


@contextmanager
def opening(profile: Path, javascript: bool = False) -> Iterator[Browser]:
    """Open a browser, and close it with all its processes; skip the test where there is none."""
    missing = [name for name in CHROMIUM if not shutil.which(name)]
    if missing:
        pytest.skip(f"there is no {' and no '.join(missing)}; on Debian: apt install chromium chromium-driver")
    browser = Browser(profile, javascript)
    try:
        browser.look()
        yield browser
    finally:
        browser.driver.quit()


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve an app on a free port of this machine, and return its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
