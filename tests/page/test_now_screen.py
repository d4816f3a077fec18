"""The first screen: what is said shows as it is said, and every button does what it says."""

from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from supervisor.demo.instance import DemoInstance
from tests.page.conftest import SIZES, Page


def write(page: Page, action: str, **fields: str) -> None:
    """Fill in a form and send it."""
    form = page.find(f"form[action='{action}']")
    for name, value in fields.items():
        field = form.find_element(By.NAME, name)
        field.clear()
        field.send_keys(value)
    form.find_element(By.TAG_NAME, "button").click()


def test_what_is_asked_and_answered_is_shown_and_is_still_there_when_it_is_loaded_anew(
    page: Page, instance: DemoInstance
) -> None:
    page.open("/")
    instance.call({"do": "talk", "text": "Do you like lighthouses?", "as": "Vera <b>42</b>"})
    page.until(".talk", "Do you like lighthouses?")
    page.until(".talk .who", "Vera <b>42</b>")
    page.until(".talk .ours", "Gerald")
    page.until(".chatbox", "")
    page.until(".bars", "s")
    for width in SIZES:
        for dark in (False, True):
            page.size(width, dark=dark)
            page.open("/")
            page.until(".talk", "Do you like lighthouses?")
            assert page.barriers() == []
            assert not page.overflows()
    assert page.complaints() == []


def test_it_is_asked_and_says_what_its_owner_writes(page: Page) -> None:
    page.open("/")
    write(page, "/now/ask", **{"text": "Where is the exit?", "as": "Otto"})
    page.until("#said", "asked")
    page.until(".talk", "Where is the exit?")
    page.until(".talk", "Otto")
    write(page, "/now/say", text="We close at ten.")
    page.until("#said", "it says so")
    page.until(".talk", "We close at ten.")
    page.until(".chatbox", "We close at ten.")
    assert page.find("form[action='/now/say'] [name=text]").get_attribute("value") == ""
    page.press("Stop talking")
    page.until("#said", "talking")
    assert page.complaints() == []


def test_what_safety_forbids_is_not_said_and_the_reason_is(page: Page, instance: DemoInstance) -> None:
    instance.call({"do": "config-set", "key": "safety.words", "value": '["rumpel"]', "save": False})
    page.open("/")
    write(page, "/now/say", text="Rumpel is my name.")
    page.until("#said", "never said")
    instance.call({"do": "config-set", "key": "safety.words", "value": "[]", "save": False})
    assert page.complaints() == []


def test_its_body_acts_and_is_stopped(page: Page) -> None:
    page.open("/")
    Select(page.find("select[name=act]")).select_by_value("wave")
    page.press("Act")
    page.until("#said", "done: wave")
    page.press("Stop its body")
    page.until("#said", "stopped")
    assert page.complaints() == []


def test_its_voice_and_ears_are_off_and_it_says_so(page: Page) -> None:
    page.open("/")
    page.until("[sse-swap=ears]", "--text")
    page.until("[sse-swap=voice]", "--text")
    page.until("[sse-swap=sight]", "computer_vision.enabled")
    assert page.complaints() == []
