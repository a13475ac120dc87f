"""What the script adds to the pages: answers in place and while one types, keys, weights, times."""

import pytest
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait
from werkzeug.security import generate_password_hash

from movieclassifier import train
from movieclassifier.web import create_app
from tests.support.browsers import serving
from tests.support.visitors import PAN, REVIEW

PASSWORD = "correct horse"


@pytest.fixture(scope="module")
def app(tmp_path_factory, small_model):
    return create_app(
        {
            "SECRET_KEY": "test",
            "DATABASE_URL": f"sqlite:///{tmp_path_factory.mktemp('web')}/feedback.db",
            "MODEL": str(small_model),
            "ADMIN_PASSWORD_HASH": generate_password_hash(PASSWORD, "pbkdf2:sha256:1000"),
            "MODE": "instant",
            "CAP": 9.0,
        }
    )


@pytest.fixture(scope="module")
def address(app):
    with serving(app) as found:
        yield found


@pytest.fixture
def browser(scripted, address):
    """A browser at the first page, in which nothing went wrong afterwards."""
    scripted.look()
    scripted.driver.get(address + "/")
    scripted.driver.get_log("browser")
    yield scripted
    assert [entry for entry in scripted.driver.get_log("browser") if entry["level"] == "SEVERE"] == []


def wait(browser, condition):
    return WebDriverWait(browser.driver, 15).until(lambda _: condition())


def verdict(browser):
    """Return the heading of the answer; it may be replaced at any time."""
    return browser.driver.execute_script("return document.querySelector('.said').textContent")


def classify(browser, text=REVIEW):
    browser.find("textarea").send_keys(text, Keys.CONTROL, Keys.ENTER)
    wait(browser, lambda: "/results/" in browser.driver.current_url)


def test_the_answer_moves_while_one_types_and_nothing_is_kept(browser, address):
    browser.find("textarea").send_keys("A wonderful, wonderful film.")
    wait(browser, lambda: "positive" in verdict(browser))
    browser.find("textarea").send_keys(" No: dull, pointless, awful, the worst mess, a waste of time and money.")
    wait(browser, lambda: "negative" in verdict(browser))
    assert browser.driver.current_url == address + "/"
    assert browser.driver.switch_to.active_element.tag_name == "textarea"
    assert browser.find(".draft .balance .fill.l0").is_displayed()
    browser.driver.get(address + "/history")
    assert "You have no texts yet" in browser.words


def test_on_a_phone_the_answer_stays_in_sight_while_one_types(browser):
    browser.look(390, 844)
    browser.driver.refresh()
    assert browser.find("textarea").location["y"] < browser.find(".empty .verdict").location["y"]
    browser.find("textarea").send_keys("A wonderful, wonderful film.")
    wait(browser, lambda: "positive" in verdict(browser))
    place = browser.driver.execute_script(
        "const box = document.querySelector('.draft .verdict').getBoundingClientRect(); return [box.top, box.bottom]"
    )
    height = browser.driver.execute_script("return innerHeight")
    assert 0 <= place[0] < place[1] <= height


def test_classify_vote_and_undo_happen_on_the_same_page(browser):
    old = browser.find("textarea")
    classify(browser, f"{REVIEW} In place.")
    assert old.is_displayed()
    browser.button("Incorrect: it is negative").click()
    wait(browser, lambda: "/thanks/" in browser.driver.current_url)
    assert "thank you" in verdict(browser).lower()  # the guard may hold it
    browser.button("Undo").click()
    wait(browser, lambda: "/results/" in browser.driver.current_url)
    assert "Your vote was taken back." in browser.words
    assert old.get_property("value").endswith("In place.")
    assert len(browser.driver.find_elements("css selector", "h1")) == 1
    browser.driver.refresh()
    assert "Is that right?" in browser.words


def test_back_and_forward_show_what_was_there(browser, address):
    classify(browser, f"{REVIEW} Back and forward.")
    browser.driver.back()
    wait(browser, lambda: browser.driver.current_url == address + "/")
    wait(browser, lambda: "You will see" in browser.words or browser.find("textarea").get_property("value"))


def test_letters_vote_undo_and_begin_anew(browser, address):
    classify(browser, f"{PAN} By letters.")
    browser.press("i")
    wait(browser, lambda: "/thanks/" in browser.driver.current_url)
    browser.press("u")
    wait(browser, lambda: "/results/" in browser.driver.current_url)
    browser.press("c")
    wait(browser, lambda: "/thanks/" in browser.driver.current_url)
    browser.press("n")
    wait(browser, lambda: browser.driver.current_url == address + "/")
    assert browser.driver.switch_to.active_element.tag_name == "textarea"


def test_with_three_labels_i_leads_to_the_buttons_of_the_others(scripted, tmp_path):
    texts = [(f"{word} number {n}", word) for n in range(20) for word in ("great", "dull", "fine")]
    train(texts, n_holdout=0).save(tmp_path / "model")
    url = f"sqlite:///{tmp_path}/feedback.db"
    with serving(create_app({"SECRET_KEY": "test", "DATABASE_URL": url, "MODEL": str(tmp_path / "model")})) as address:
        scripted.driver.get(address + "/")
        classify(scripted, "A great film of great people")
        scripted.find("body").send_keys("i")
        assert scripted.driver.switch_to.active_element.text in ("It is dull", "It is fine")


def test_letters_are_letters_where_one_types(browser):
    browser.find("textarea").send_keys("nicuj?")
    assert browser.find("textarea").get_property("value") == "nicuj?"


def test_a_question_mark_lists_the_keys_and_letters_can_be_switched_off(browser, address):
    browser.driver.get(address + "/about")
    browser.press("?")
    wait(browser, lambda: browser.find("#keys").is_displayed())
    assert "undo the vote" in browser.find("#keys").text
    browser.find("#keys-on").click()
    browser.find("#keys-close").click()
    browser.driver.refresh()
    browser.press("?")
    assert not browser.find("#keys").is_displayed()
    browser.find("#keys-open").click()
    browser.find("#keys-on").click()
    browser.find("#keys-close").click()


def test_a_click_on_a_mark_tells_its_weight_and_so_does_the_keyboard(browser):
    classify(browser)
    mark = browser.find(".review mark.for")
    mark.click()
    assert browser.find("#tip").text.startswith("+")
    assert "log-odds, for the answer" in browser.find("#tip").text
    browser.find("h1").click()
    assert not browser.find("#tip").is_displayed()
    marks = browser.driver.find_elements("css selector", ".review mark")
    assert [m.get_attribute("tabindex") for m in marks].count("0") == 1
    browser.driver.execute_script("document.querySelector('.review mark').focus()")
    second = browser.press(Keys.ARROW_RIGHT)
    assert second == marks[1]
    browser.press(Keys.ENTER)
    assert browser.find("#tip").is_displayed()


def test_examples_fill_the_form_and_are_answered_at_once(browser):
    browser.driver.find_elements("css selector", "[data-text]")[1].click()
    wait(browser, lambda: "negative" in verdict(browser))
    assert browser.find("textarea").get_property("value").startswith("Two hours of my life")


def test_times_are_those_of_the_reader(browser, address):
    classify(browser, f"{REVIEW} Times.")
    browser.driver.get(address + "/history")
    time = browser.find("time")
    assert "UTC" not in time.text
    assert time.get_attribute("title").endswith(" UTC")


def test_a_text_that_is_refused_says_why_and_keeps_the_focus_on_it(browser):
    browser.find("textarea").send_keys("short", Keys.CONTROL, Keys.ENTER)
    wait(browser, lambda: browser.driver.find_elements("css selector", "[role=alert]"))
    assert browser.driver.switch_to.active_element.text.startswith("A text has at least 15 characters")
    assert browser.find("textarea").get_property("value") == "short"
    browser.find("textarea").send_keys("er, but long enough now")
    browser.find("textarea").send_keys(Keys.CONTROL, Keys.ENTER)
    wait(browser, lambda: "/results/" in browser.driver.current_url)
    assert browser.driver.find_elements("css selector", ".errors, .error, [aria-invalid]") == []
    assert browser.find("textarea").get_attribute("aria-describedby") == "review-hint"
    browser.driver.get_log("browser")  # the 422 is in it


def test_the_owner_decides_by_letters(browser, address, app):
    for n in range(2):
        browser.driver.get(address + "/")
        classify(browser, f"{PAN} Letters of the owner {n}.")
        browser.press("i")
        wait(browser, lambda: "/thanks/" in browser.driver.current_url)
    browser.driver.get(address + "/admin")
    browser.find("[name=password]").send_keys(PASSWORD)
    browser.click("Log in")
    browser.driver.get(address + "/admin/votes?search=owner")
    browser.press("j")
    browser.press("j")
    browser.press("k")
    assert browser.find("tr.here").text.count("Letters of the owner 1") == 1
    with browser.turning():
        browser.press("r")
    assert "1 of 1 vote rejected." in browser.words


def test_a_call_is_copied(browser, address):
    browser.driver.get(address + "/api")
    browser.driver.execute_cdp_cmd(
        "Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    )
    browser.find("[data-copy]").click()
    wait(browser, lambda: browser.find("[data-copy]").text == "Copied")
    copied = browser.driver.execute_async_script("navigator.clipboard.readText().then(arguments[0])")
    assert copied.startswith("curl -s http://")
