"""The log, live, and what is looked for in it."""

from supervisor.demo.instance import DemoInstance
from tests.page.conftest import Page


def test_new_lines_come_by_themselves(page: Page, instance: DemoInstance) -> None:
    page.open("log")
    page.until("#lines", "page: OK at")
    instance.call({"do": "kill", "address": "avatar.movement", "wait": True})
    page.until("#lines .warning", "avatar.movement: killed")
    assert page.complaints() == []


def test_a_level_and_words_are_looked_for(page: Page) -> None:
    page.open("log?level=INFO&words=starting")
    assert "starting" in page.find("#lines li").text.lower()
    page.open("log?level=CRITICAL&words=%3Cscript%3Ealert(1)%3C%2Fscript%3E")
    page.until("#lines", "No line of the log has this")
    assert page.complaints() == []
