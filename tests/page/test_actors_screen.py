"""The tree, live, and what can be done about an actor."""

import urllib.parse
import urllib.request

from supervisor.demo.instance import DemoInstance
from tests.page.conftest import SIZES, Page


def test_the_tree_is_live_with_rates_and_times(page: Page, instance: DemoInstance) -> None:
    page.open("actors")
    page.until("#row-conversation", "OK")
    instance.call({"do": "kill", "address": "world", "wait": True})
    page.until("#row-world [data-label=Restarts]", "1")
    instance.call({"do": "talk", "text": "Hello", "as": "Anna"})
    page.until("#row-conversation [data-label=p95]", "s")
    page.until("#row-conversation [data-label=Handled]", "/s")
    page.find("#row-conversation .spark")
    page.until("#row-page [data-label=Memory]", "MB")
    page.shoot("actors-live")
    assert page.complaints() == []


def test_an_actor_is_restarted_and_killed_with_a_button_and_says_why_it_ended(page: Page) -> None:
    page.open("actors/users")
    page.press("Restart")
    page.until("#said", "users: restarted")
    page.press("Kill")
    page.until("#said", "users: killed")
    page.until("#now", "incarnation 3")
    page.open("actors/users")
    assert "Killed" in page.find("main details summary").text
    for width in SIZES:
        page.size(width)
        for path in ("actors/users", "actors/ends"):
            page.open(path)
            assert "incarnation 2: Killed" in page.find("main details").text
            assert page.barriers() == []
            assert not page.overflows()
            page.shoot(f"{path.replace('/', '-')}-{width}")
    assert page.complaints() == []


def test_an_actor_is_moved_into_several_processes_and_back(page: Page) -> None:
    page.open("actors/conversation.lists")
    select, count = page.find("select[name=pin]"), page.find("input[name=instances]")
    page.driver.execute_script("arguments[0].value = 'process'; arguments[1].value = '2'", select, count)
    page.press("Move")
    page.until("#said", "runs in 2 of them now")
    page.until("#now", "conversation.lists/2")
    page.until("#now caption", "Its further instances")
    page.open("actors/conversation.lists~2")
    page.until("h1", "conversation.lists/2")
    page.open("actors/conversation.lists")
    page.driver.execute_script("document.querySelector('input[name=instances]').value = '1'")
    page.press("Move")
    page.until("#said", "runs in a process now")
    assert page.complaints() == []


def test_dead_letters_have_a_page_with_their_reasons(page: Page, instance: DemoInstance) -> None:
    instance.call(
        {"do": "ask", "address": "system", "type": "Subscribe", "message": {"address": "conversation"}}
    )
    instance.call({"do": "talk", "text": "Hello", "as": "<b>Dora</b>"})
    for width in SIZES:
        page.size(width)
        page.open("actors/dead-letters")
        page.until("main", "unhandled")
        page.find(".chips a[href$='why=unhandled']").click()
        page.until("main details", "to conversation: unhandled")
        assert page.barriers() == []
        assert not page.overflows()
    assert page.complaints() == []


def test_without_scripts_a_kill_asks_first(page: Page) -> None:
    page.open("actors/avatar.movement")
    token = page.find("main input[name=form_token]").get_attribute("value")
    cookies = "; ".join(f"{one['name']}={one['value']}" for one in page.driver.get_cookies())

    def post(**fields: str | None) -> str:
        data = urllib.parse.urlencode({"form_token": token, **fields}).encode()
        address = f"{page.url}actors/avatar.movement/kill"
        request = urllib.request.Request(address, data, {"Cookie": cookies})
        with urllib.request.urlopen(request, timeout=30) as response:
            text: str = response.read().decode()
            return text

    assert "Kill avatar.movement?" in post()
    assert "avatar.movement: killed" in post(sure="yes")
