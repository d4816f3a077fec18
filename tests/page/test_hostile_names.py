"""Somebody is called, and says, what would be a script where it is not escaped: every screen shows it as text."""

import pytest

from supervisor.demo.instance import DemoInstance
from supervisor.page.screens import SCREENS
from tests.flows.conftest import Command
from tests.page.conftest import SIZES, Page

NAME = "<img src=x onerror=document.title=1>"
SAYS = "My name is '\"><svg onload=document.title=1></title><script>document.title=1</script>"


@pytest.fixture(scope="module")
def visited(instance: DemoInstance) -> DemoInstance:
    Command(instance.home)("talk", SAYS, "--as", NAME)
    return instance


@pytest.mark.parametrize("name", [screen.name for screen in SCREENS])
def test_hostile_names_and_words_are_text_on_every_screen(
    page: Page, visited: DemoInstance, name: str
) -> None:
    page.size(max(SIZES))
    page.open(name)
    page.find("main h1")
    assert page.driver.title.endswith("Gerald")
    assert (
        page.driver.execute_script("return document.querySelectorAll('main [onerror], main [onload]').length")
        == 0
    )
    assert page.complaints() == []


def test_it_is_shown_at_all(page: Page, visited: DemoInstance) -> None:
    page.open("people")
    page.until("main", NAME)
