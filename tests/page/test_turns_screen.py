"""Turns as they are taken, and one explained, exported and replayed."""

import json
import urllib.request

from supervisor.demo.instance import DemoInstance
from tests.page.conftest import SIZES, Page

HOSTILE = "<script>alert(1)</script>"


def talk(instance: DemoInstance, text: str, name: str) -> int:
    """Say something; the turn that it became."""
    turn: int = instance.call({"do": "talk", "text": text, "as": name})["turn"]
    return turn


def test_a_turn_is_listed_as_it_is_taken(page: Page, instance: DemoInstance) -> None:
    page.open("turns")
    page.find("#turns")
    turn = talk(instance, f"Hello {HOSTILE}", "Anna")
    page.until(f"#turn-{turn}", "Anna")
    page.until(f"#turn-{turn}", HOSTILE)
    page.until(f"#turn-{turn} .outcome", "said")
    page.until(f"#turn-{turn} .soon", "ms")
    page.open("turns")
    page.until(f"#turn-{turn} .outcome", "said")
    assert page.complaints() == []


def test_a_turn_is_explained_at_every_width(page: Page, instance: DemoInstance) -> None:
    turn = talk(instance, f"What is your name, {HOSTILE}?", "Bob")
    for width in SIZES:
        page.size(width)
        page.open("turns")
        page.driver.execute_script(f"document.querySelector('#turn-{turn} a').click()")
        page.until("h1", f"Turn {turn}")
        page.until("main", "somebody it had not met" if width == 1280 else "somebody it")
        assert HOSTILE in page.find("main").text
        assert "The model's first sentence" in page.find(".stages").text
        assert "CompletionRequested" in page.find(".causes").text
        assert page.barriers() == []
        assert not page.overflows()
        page.shoot(f"turn-{width}")
    assert page.complaints() == []


def test_a_turn_is_replayed_on_a_click_and_can_be_downloaded(page: Page, instance: DemoInstance) -> None:
    turn = talk(instance, "Do you like it here?", "Cleo")
    page.open("turns")
    page.find(f"#turn-{turn} a").click()
    page.until("h1", f"Turn {turn}")
    page.press("Replay")
    assert "did the same again" in page.until("#replay", "Identical")
    link = page.find("a[download]").get_attribute("href")
    cookies = "; ".join(f"{one['name']}={one['value']}" for one in page.driver.get_cookies())
    assert link is not None
    request = urllib.request.Request(link, headers={"Cookie": cookies})
    with urllib.request.urlopen(request, timeout=30) as response:
        events = json.load(response)["traceEvents"]
    assert any(event["name"] == "CompletionRequested" for event in events)
    assert page.complaints() == []


def test_what_names_no_turn_is_said_to_name_none(page: Page) -> None:
    page.open("turns/no-such-run/7")
    page.until("main", "there is no trace called no-such-run")
    page.open("turns/..%2Fsecret/7")
    page.find("main h1")
