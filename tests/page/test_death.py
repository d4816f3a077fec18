"""The page's process is killed: its pages say that they are stale, and come back; nobody is signed out or harmed."""

import os
import signal

from supervisor.demo.instance import DemoInstance
from tests.page.conftest import Page


def row(instance: DemoInstance, address: str) -> dict[str, object]:
    rows = instance.call({"do": "status"})["actors"]
    return next(one for one in rows if one["address"] == address)


def test_a_page_outlives_the_death_of_its_server(page: Page, instance: DemoInstance) -> None:
    page.open("actors")
    page.until("#row-page", "OK")
    before = row(instance, "page")
    others = {one["address"]: one["restarts"] for one in instance.call({"do": "status"})["actors"]}
    os.kill(int(str(before["pid"])), signal.SIGKILL)
    page.until("#stale", "what is shown may be old")
    page.until("#row-page [data-label=Restarts]", str(int(str(before["restarts"])) + 1))
    page.hidden("#stale")
    page.open("actors")
    page.until("#row-page", "OK")
    after = {one["address"]: one["restarts"] for one in instance.call({"do": "status"})["actors"]}
    assert {address for address, count in after.items() if count != others[address]} == {"page"}
    page.complaints()
