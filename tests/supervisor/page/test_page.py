"""The page's actor: where it serves, and where it refuses to."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from actors.kernel.protocol.lifecycle import Health, HealthChanged
from config.schema.page import Page as Section
from supervisor.instance import Claim
from supervisor.page.gate.passwords import Passwords
from supervisor.page.internal import PageEnded
from supervisor.page.messages import GetPage, PageIs
from supervisor.page.page import LastPort, Page
from tests.doubles.virtual_world import VirtualWorld


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    claim = Claim(tmp_path)
    claim.publish("run")
    yield tmp_path
    claim.release()


def served(home: Path, **section: object) -> tuple[PageIs, HealthChanged]:
    """What it answers and says of its health, started with a section of the configuration; it has ended again."""
    world = VirtualWorld()
    asking = world.probe("asking")
    page = Page(Section.model_validate({"port": 0, **section}), home)
    page.preload()
    life = world.start(page, "page")
    try:
        world.give("page", GetPage(), sender="asking")
        return asking.of(PageIs)[-1], world.supervisor.of(HealthChanged)[-1]
    finally:
        life.stop()


def test_it_serves_this_machine_without_a_password(home: Path) -> None:
    answer, health = served(home)
    assert answer.url.startswith("http://127.0.0.1:")
    assert health.health is Health.OK


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_on_a_network_it_wants_a_password(home: Path, host: str) -> None:
    answer, health = served(home, host=host)
    assert answer.url == ""
    assert "there is no password" in answer.why
    assert health.health is Health.DOWN
    assert "supervisor page password" in health.remedy
    Passwords(home / "data").set("only for looking", may_act=False)
    assert served(home, host=host)[0].url == "", "that of those who may look is not enough"
    assert not (home / "data" / "page" / "certificate.pem").exists()


def test_on_a_network_it_is_encrypted_and_tells_its_certificate(home: Path) -> None:
    Passwords(home / "data").set("correct horse battery", may_act=True)
    answer, health = served(home, host="0.0.0.0")
    assert answer.url.startswith("https://127.0.0.1:")
    assert "127.0.0.1" in answer.names
    assert answer.certificate in health.reason
    assert served(home, host="0.0.0.0")[0].certificate == answer.certificate


def test_a_certificate_that_cannot_be_used_keeps_it_from_serving(home: Path) -> None:
    answer, health = served(home, certificate="missing.pem")
    assert answer.url == ""
    assert "missing.pem" in health.reason
    assert "page.certificate" in health.remedy


def test_a_host_that_this_machine_has_not_is_named(home: Path) -> None:
    answer, health = served(home, host="192.0.2.250")
    assert "cannot serve at 192.0.2.250" in answer.why
    assert health.health is Health.DOWN


def test_after_a_restart_it_is_where_browsers_look_for_it(home: Path) -> None:
    first = served(home)[0].url
    assert served(home)[0].url == first
    port = int(first.rpartition(":")[2].strip("/"))
    with socket.create_server(("127.0.0.1", port)):
        assert served(home)[0].url != first


def test_a_second_instance_takes_another_port_and_says_so(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        answer, health = served(home, port=port)
        assert f"page.port {port} is taken" in health.reason
        assert served(home, port=port)[0].url == answer.url
    assert served(home, port=port)[0].url.endswith(f":{port}/"), "the port that was asked for comes first"


@pytest.mark.parametrize("text", ["", "x", "-1", "0", "99999999", "1" * 99])
def test_a_damaged_note_of_the_last_port_is_none(home: Path, text: str) -> None:
    (home / "data" / "page").mkdir()
    (home / "data" / "page" / "port").write_text(text)
    assert LastPort(home).read() == 0
    assert served(home)[0].url


def test_a_server_whose_thread_ends_ends_its_actor(home: Path) -> None:
    world = VirtualWorld()
    page = Page(Section(port=0), home)
    page.preload()
    world.start(page, "page")
    try:
        world.give("page", PageEnded("the loop broke"))
        failure = world.failures["page"]
        assert failure is not None
        assert "the loop broke" in str(failure)
    finally:
        page.release()
