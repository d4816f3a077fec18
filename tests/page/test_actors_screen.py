"""The tree, live, and what can be done about an actor."""

from supervisor.demo.instance import DemoInstance
from tests.page.conftest import Page


def test_the_tree_is_live(page: Page, instance: DemoInstance) -> None:
    page.open("actors")
    page.until("#row-conversation", "OK")
    instance.call({"do": "kill", "address": "world", "wait": True})
    page.until("#row-world [data-label=Restarts]", "1")
    assert page.complaints() == []


def test_an_actor_is_restarted_and_moved_with_a_button(page: Page) -> None:
    page.open("actors/users")
    page.press("Restart")
    page.until("#said", "users: restarted")
    page.press("Kill")
    page.until("#said", "users: killed")
    assert page.complaints() == []
