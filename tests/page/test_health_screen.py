"""Who is unwell, live, and what the doctor says."""

from supervisor.demo.instance import DemoInstance
from tests.page.conftest import Page


def test_the_doctor_looks_on_a_click_and_its_report_is_kept(page: Page) -> None:
    page.open("health")
    page.until("#doctor", "It has not looked yet")
    page.press("Look")
    page.until("#doctor", "The doctor looks")
    page.until("#doctor", "The same as supervisor doctor says")
    assert page.find(".findings .check").text
    page.open("health")
    page.until("#doctor", "The same as supervisor doctor says")
    assert page.complaints() == []


def test_who_is_unwell_is_said_as_soon_as_it_is(page: Page, instance: DemoInstance) -> None:
    page.open("health")
    page.find("#unwell")
    health = {"address": "world", "health": "DEGRADED", "reason": "a test <b>says</b> so", "remedy": "end it"}
    instance.call({"do": "tell", "address": "state", "type": "HealthChanged", "message": health})
    page.until("#unwell", "a test <b>says</b> so")
    page.until("#unwell", "end it")
    instance.call({"do": "restart", "address": "world", "wait": True})
    assert page.complaints() == []
