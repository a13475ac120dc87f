"""The pages as a person meets them: in chromium, by mouse and by keyboard, without JavaScript."""

import json

import pytest
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait
from werkzeug.security import generate_password_hash

from movieclassifier.web import create_app
from tests.support.browsers import LOOKS, RULES, serving
from tests.support.patience import PATIENCE
from tests.support.visitors import PAN, REVIEW

PASSWORD = "correct horse"
SCRIPT = "<script>document.title = 'pwned'</script><img src=x onerror=\"document.title='pwned'\">"
HOSTILE = f"A wonderful, wonderful film {SCRIPT} </textarea></p>{SCRIPT} javascript:alert(1)"


@pytest.fixture(scope="module")
def address(tmp_path_factory, small_model):
    app = create_app(
        {
            "SECRET_KEY": "test",
            "DATABASE_URL": f"sqlite:///{tmp_path_factory.mktemp('web')}/feedback.db",
            "MODEL": str(small_model),
            "ADMIN_PASSWORD_HASH": generate_password_hash(PASSWORD, "pbkdf2:sha256:1000"),
            "CAP": 9.0,
            "PREDICTIONS_PER_MINUTE": 1000,
            "VOTES_PER_HOUR": 1000,
        }
    )
    with serving(app) as found:
        yield found


def submit(browser, address, text):
    """Classify a review, and return the address of its results."""
    browser.driver.get(address + "/")
    browser.find("[name=review]").send_keys(text)
    browser.click("Classify")
    return browser.driver.current_url


def log_in(browser, address):
    browser.driver.get(address + "/admin")
    if browser.driver.current_url.endswith("/login"):
        browser.find("[name=password]").send_keys(PASSWORD)
        browser.click("Log in")


def test_the_browser_has_javascript_off(plain):
    plain.driver.get("data:text/html,<title>off</title><script>document.title='on'</script>")
    assert plain.driver.title == "off"


def test_whole_path_by_mouse(plain, address):
    result = submit(plain, address, REVIEW)
    assert "positive" in plain.find("h1").text
    assert plain.find("mark.for").is_displayed()
    assert plain.find("mark.for .sr").get_property("textContent").strip() == "(for)"
    plain.click("Incorrect")
    assert plain.driver.current_url == result.replace("/results/", "/thanks/")
    assert "The model changed its mind" in plain.words
    assert plain.find(".balance .fill.l0").is_displayed()
    assert plain.find(".balance .ghost").is_displayed()
    assert "The words that moved" in plain.words
    plain.driver.refresh()
    assert "The model changed its mind" in plain.words
    plain.click("Undo")
    assert plain.driver.current_url == result
    assert "Your vote was taken back." in plain.words
    assert plain.button("Incorrect").is_displayed()


def test_whole_path_by_keyboard_with_visible_focus(plain, address):
    plain.driver.get(address + "/about")
    skip = plain.press(Keys.TAB)
    assert skip.text == "Skip to the content"
    assert skip.is_displayed()
    plain.press(Keys.ENTER)
    assert plain.press(Keys.TAB).text == "For the record"
    plain.driver.get(address + "/")
    # The focus comes with the first picture of a page, which may be after its load.
    wait = WebDriverWait(plain.driver, PATIENCE)
    wait.until(lambda driver: driver.switch_to.active_element.get_attribute("name") == "review")
    plain.press(*REVIEW)
    button = plain.tab_to("Classify")
    assert button.value_of_css_property("outline-style") == "solid"
    with plain.turning():
        plain.press(Keys.ENTER)
    assert "positive" in plain.find("h1").text
    plain.enter("Incorrect: it is negative")
    assert "The model changed its mind" in plain.words
    plain.enter("Undo")
    assert "Your vote was taken back." in plain.words


def test_a_review_that_is_not_kept_cannot_be_corrected(plain, address):
    plain.driver.get(address + "/")
    plain.find("[name=review]").send_keys(REVIEW)
    plain.find("[name=forget]").click()
    plain.click("Classify")
    assert "Your text was not kept" in plain.words
    assert "Incorrect" not in plain.words


def test_error_leads_from_the_summary_to_the_field(plain, address):
    submit(plain, address, "short")
    assert plain.find("[role=alert]").is_displayed()
    plain.find("[role=alert] a").click()
    assert plain.press(Keys.END, "er").get_property("value") == "shorter"


def test_history_changes_and_undoes_a_vote(plain, address):
    submit(plain, address, f"{PAN} History.")
    plain.driver.get(address + "/history")
    plain.click("Incorrect")
    assert "Learned, thank you" in plain.words
    plain.driver.get(address + "/history")
    assert "You said: Incorrect, it is positive" in plain.words
    with plain.turning():
        plain.find(".rows button[formaction$=change]").click()
    assert "You said: Correct" in plain.words
    plain.driver.get(address + "/history")
    with plain.turning():
        plain.find(".rows button[formaction$=undo]").click()
    assert "Your vote was taken back." in plain.words


def test_owner_approves_and_rejects_in_the_browser(plain, address):
    submit(plain, address, f"{REVIEW} Moderated.")
    plain.click("Incorrect")
    log_in(plain, address)
    plain.click("All votes")
    plain.find("[name=search]").send_keys("Moderated", Keys.TAB)
    plain.click("Search")
    plain.find("[name=positions]").click()
    plain.click("Reject ticked")
    assert "1 of 1 vote rejected." in plain.words


@pytest.fixture(scope="module")
def paths(scripted, address):
    """Every kind of page, as the scripted browser sees it."""
    result = submit(scripted, address, REVIEW)
    scripted.click("Incorrect")
    thanks = scripted.driver.current_url
    unvoted = submit(scripted, address, f"{PAN} {REVIEW}")
    log_in(scripted, address)
    scripted.driver.get(f"{address}/admin/votes")
    vote = scripted.find("[name=positions]").get_attribute("value")
    admin = [
        f"/admin/votes/{vote}",
        "/admin",
        "/admin/clients",
        "/admin/queue",
        "/admin/votes?search=film",
        "/admin/audit",
        "/admin/versions",
        "/admin/update",
    ]
    return [
        result,
        thanks,
        unvoted,
        *(
            address + path
            for path in ["/", "/history", "/history/clear", "/about", "/model", "/api", "/nothing", *admin]
        ),
    ]


@pytest.mark.parametrize(("look", "rules"), RULES)
def test_axe_finds_no_violation_on_any_page(scripted, paths, look, rules):
    scripted.look(**LOOKS[look])
    for path in paths:
        scripted.driver.get(path)
        assert scripted.violations(rules) == [], path


def test_axe_finds_no_violation_where_something_went_wrong(scripted, address):
    scripted.look()
    submit(scripted, address, "short")
    assert scripted.violations() == []
    log_in(scripted, address)
    scripted.click("Log out")
    scripted.driver.get(address + "/admin")
    assert scripted.violations() == []
    scripted.find("[name=password]").send_keys("guess")
    scripted.click("Log in")
    assert "That is not the password." in scripted.words
    assert scripted.violations() == []
    log_in(scripted, address)


def test_axe_would_find_a_violation(scripted):
    scripted.driver.get("data:text/html,<img src=x>")
    assert "image-alt" in {rule for rule, *_ in scripted.violations()}


@pytest.mark.parametrize("width", [320, 390, 1000])
def test_no_page_scrolls_sideways(scripted, paths, width):
    scripted.look(width)
    for path in paths:
        scripted.driver.get(path)
        wide = scripted.driver.execute_script("return document.documentElement.scrollWidth")
        assert wide <= width, path


def test_on_a_phone_the_audit_trail_is_read_without_scrolling_sideways(scripted, address):
    log_in(scripted, address)
    scripted.look(375)
    scripted.driver.get(address + "/admin/audit")
    region = scripted.find(".scroll")
    assert region.get_property("scrollWidth") <= region.get_property("clientWidth")
    assert "the first model: " in region.text


def test_on_a_phone_a_label_stands_above_its_field(scripted, address):
    log_in(scripted, address)
    scripted.look(375)
    scripted.driver.get(address + "/admin/votes")
    label, field = scripted.find("[for=status]").rect, scripted.find("#status").rect
    assert label["x"] == field["x"]
    assert label["y"] + label["height"] <= field["y"] + 1
    approve, reject = (scripted.find(f"[value={decision}]").rect["y"] for decision in ("approve", "reject"))
    assert approve == reject


@pytest.mark.parametrize("width", [375, 1000])
def test_no_button_covers_a_call_of_the_api(scripted, address, width):
    scripted.look(width)
    scripted.driver.get(address + "/api")
    call, button = scripted.find(".copy pre").rect, scripted.find(".copy button").rect
    is_beside = button["x"] >= call["x"] + call["width"]
    assert is_beside or button["y"] >= call["y"] + call["height"]


def test_on_a_phone_the_hash_of_a_client_stands_in_one_line(scripted, address):
    submit(scripted, address, f"{REVIEW} Clients.")
    scripted.click("Incorrect")
    log_in(scripted, address)
    scripted.look(375)
    scripted.driver.get(address + "/admin/clients")
    assert scripted.find(".clients code").rect["height"] < 1.5 * 16
    assert scripted.find(".clients td").rect["y"] > scripted.find(".clients th").rect["y"]


@pytest.mark.parametrize("width", [375, 1000])
def test_links_of_the_navigation_can_be_hit_by_a_thumb(scripted, paths, width):
    scripted.look(width)
    for path in paths:
        scripted.driver.get(path)
        targets = scripted.driver.find_elements("css selector", "nav a, .brand, nav button")
        assert min(target.rect["height"] for target in targets) >= 44, path


def test_pages_ask_nobody_else_and_break_no_rule_of_theirs(scripted, paths, address):
    scripted.look()
    for kind in ("browser", "performance"):
        scripted.driver.get_log(kind)
    for path in paths:
        scripted.driver.get(path)
    messages = [entry["message"] for entry in scripted.driver.get_log("browser")]
    assert [message for message in messages if "/nothing" not in message] == []
    events = [json.loads(entry["message"])["message"] for entry in scripted.driver.get_log("performance")]
    asked = {event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"}
    assert len(asked) > len(paths)
    assert [url for url in asked if not url.startswith(address)] == []


def test_a_stored_script_runs_nowhere(scripted, address):
    scripted.look()
    result = submit(scripted, address, HOSTILE)
    titles = [scripted.driver.title]
    scripted.click("Incorrect")
    titles.append(scripted.driver.title)
    log_in(scripted, address)
    for path in (result, *(address + path for path in ("/history", "/model", "/admin/votes", "/admin/audit"))):
        scripted.driver.get(path)
        titles.append(scripted.driver.title)
        assert scripted.driver.execute_script("return [...document.scripts].map(script => script.src)") == [
            f"{address}/static/pages.js"
        ]
    assert "pwned" not in titles
    scripted.driver.get(result)
    shown = scripted.driver.execute_script("return document.querySelector('.review').textContent")
    assert SCRIPT in shown.replace(" (for)", "").replace(" (against)", "")


@pytest.mark.parametrize("look", LOOKS)
def test_screenshots_show_the_look_that_was_asked_for(scripted, paths, look, tmp_path):
    scripted.look(**LOOKS[look])
    scripted.driver.get(paths[0])
    picture = tmp_path / f"web-{look}.png"
    picture.write_bytes(scripted.picture())
    assert int.from_bytes(picture.read_bytes()[16:20]) == LOOKS[look]["width"]
    red = int(scripted.find("body").value_of_css_property("background-color").split("(")[1].split(",")[0])
    assert (red < 60) == (look == "dark")
