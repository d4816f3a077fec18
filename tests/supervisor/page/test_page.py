"""The page's actor: where it serves, and where it refuses to."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from actors.kernel.protocol.lifecycle import Health, HealthChanged
from config.schema.page import Page as Section
from supervisor.instance import Claim
from supervisor.page.gate.passwords import Passwords
from supervisor.page.messages import GetPage, PageIs
from supervisor.page.page import Page
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
