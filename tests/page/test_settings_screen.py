"""Every key, where its value comes from, and every way to change it."""

from collections.abc import Iterator

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from supervisor.demo.instance import DemoInstance
from tests.flows.conftest import Command
from tests.page.conftest import Page

SECRET = "sk-never-to-be-seen"


@pytest.fixture
def quiet(page: Page) -> Iterator[Page]:
    """A page of which the console says nothing."""
    yield page
    assert page.complaints() == []


def key(page: Page, name: str) -> None:
    page.open(f"settings/key?key={name}")
    page.until("h1", name)


def typed(page: Page, text: str) -> None:
    field = page.find("[name=value]")
    field.clear()
    field.send_keys(text)


def test_keys_are_found_by_section_and_by_what_they_do(quiet: Page) -> None:
    quiet.open("settings")
    quiet.driver.find_element(By.LINK_TEXT, "llm").click()
    quiet.until("tbody", "llm.temperature")
    quiet.open("settings")
    field = quiet.find("input[type=search]")
    field.send_keys("temperature")
    quiet.press("Search")
    quiet.until("tbody", "llm.temperature")
    quiet.open("settings?set")
    quiet.until("tbody", "llm.mock_responses")
    quiet.open("settings?q=nothinglikeit")
    quiet.until("main", "No key has “nothinglikeit”")


def test_a_number_is_previewed_applied_and_taken_back(quiet: Page, instance: DemoInstance) -> None:
    key(quiet, "llm.temperature")
    typed(quiet, "1.5")
    quiet.press("Preview")
    assert "1.5" in quiet.until("#preview", "It counts at once")
    assert instance.call({"do": "config-runtime"})["runtime"] == {}, "a preview changes nothing"
    quiet.press("Apply until Gerald stops")
    quiet.until("#said", "is in force: llm.temperature")
    quiet.until("#setting dl", "1.5")
    assert instance.call({"do": "config-runtime"})["runtime"] == {"llm.temperature": "1.5"}
    quiet.press("Remove the override of this run")
    quiet.until("#said", "the override is removed")
    assert instance.call({"do": "config-runtime"})["runtime"] == {}


def test_what_is_kept_is_in_the_file_and_can_be_taken_out(quiet: Page, instance: DemoInstance) -> None:
    file = instance.home / "data" / "overrides.yaml"
    key(quiet, "memory.share")
    Select(quiet.find("select[name=value]")).select_by_value("own")
    quiet.press("Preview")
    quiet.until("#preview", "Apply and keep")
    quiet.press("Apply and keep")
    quiet.until("#said", "saved in")
    assert "share: own" in file.read_text()
    quiet.until("#setting", "overrides.yaml")
    quiet.press("Remove the saved override")
    quiet.until("#said", "the override is removed")
    assert "own" not in file.read_text()


def test_a_switch_says_whom_it_starts_again(quiet: Page) -> None:
    key(quiet, "users.voice_prints")
    quiet.find("input[type=checkbox]").click()
    quiet.press("Preview")
    quiet.until("#preview", "Started again for it: speech.recognizer")


def test_a_list_is_yaml_and_what_is_no_yaml_is_said(quiet: Page) -> None:
    key(quiet, "bot.greetings")
    typed(quiet, "- Hello!\n- Good to see you: you")
    quiet.press("Preview")
    quiet.until("#preview .bad", "bot.greetings")
    typed(quiet, "[Hello")
    quiet.press("Preview")
    quiet.until("#preview .bad", "what you typed:1")
    typed(quiet, '- Hello!\n- "Good to see you: you"')
    quiet.press("Preview")
    quiet.until("#preview ins", "Good to see you: you")


def test_a_value_that_is_wrong_changes_nothing(quiet: Page) -> None:
    key(quiet, "audio.input_device")
    typed(quiet, "file:")
    quiet.press("Preview")
    quiet.until("#preview .bad", "must name a device")


def test_a_secret_is_set_and_never_shown(quiet: Page, instance: DemoInstance) -> None:
    key(quiet, "llm.api_key")
    typed(quiet, SECRET)
    quiet.press("Set")
    quiet.until("#said", "supervisor secrets init")
    assert all("409" in one for one in quiet.complaints())
    Command(instance.home)("secrets", "init")
    typed(quiet, SECRET)
    quiet.press("Set")
    quiet.until("#said", "llm.api_key is set")
    assert SECRET not in quiet.driver.page_source
    assert quiet.find("[name=value]").get_attribute("value") == ""
    assert SECRET not in (instance.home / "config" / "secrets.yaml").read_text()
    assert Command(instance.home)("secrets", "get", "llm.api_key") == f"{SECRET}\n"
    quiet.driver.refresh()
    quiet.until("#setting dl", "config/secrets.yaml")
    assert SECRET not in quiet.driver.page_source
    quiet.press("Remove")
    quiet.until("#said", "llm.api_key is gone")


@pytest.mark.parametrize("path", ["settings/section?name=speech", "settings/key?key=bot.examples"])
def test_it_fits_every_width_in_light_and_dark(quiet: Page, path: str) -> None:
    for width in (1280, 360):
        for dark in (False, True):
            quiet.size(width, dark=dark)
            quiet.open(path)
            quiet.find("main h1")
            assert quiet.barriers() == []
            assert not quiet.overflows()
            quiet.shoot(f"{path.partition('=')[2]}-{width}{'-dark' if dark else ''}")


def test_errors_of_the_files_are_shown(quiet: Page, instance: DemoInstance) -> None:
    file = instance.home / "config" / "config.yaml"
    file.parent.mkdir(exist_ok=True)
    before = file.read_text() if file.is_file() else ""
    file.write_text("llm:\n  temprature: 1\n")
    try:
        instance.call({"do": "config-reload"})
        quiet.open("settings")
        assert "temprature" in quiet.until("[role=alert].said", "The files have errors")
    finally:
        file.write_text(before)
        instance.call({"do": "config-reload"})
