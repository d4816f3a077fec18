"""Hosts: what keeps one from working, or soon will, is said with what to do; nothing is said where there are none."""

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from config.home import Home
from supervisor.doctor.home.hosts import APART, HostsFacts, gather, judge
from supervisor.doctor.running import Running
from supervisor.hosts.identity.authority import LASTS, RENEWED, issue_for, make_key
from supervisor.hosts.identity.identity import agent_folder, home_folder, write_identity
from supervisor.hosts.identity.membership import Membership, write_membership
from supervisor.hosts.identity.names import Role
from tests.doubles.wired import House
from tests.supervisor.doctor.conftest import Make, said, worst

LISTEN = "127.0.0.1:7447"
BOX: Mapping[str, Any] = {"gpu-box": {"labels": ("gpu",)}}


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A home with an authority, whose data are at `tmp_path`/data."""
    made = House(tmp_path)
    made.invite("gpu-box")
    (tmp_path / "home").rename(tmp_path / "data")
    return made


def told(**link: Any) -> Running:
    return Running(1, status={"hosts": {"links": {"gpu-box": link}, "trouble": ""}})


def test_without_hosts_there_is_nothing_to_say(subject: Make, tmp_path: Path) -> None:
    assert gather(subject()) == HostsFacts()
    assert said(judge(gather(subject()))) == ["ok: no other machine is used"]
    assert list(tmp_path.iterdir()) == []


def test_who_has_joined_and_is_there_is_well(subject: Make, house: House) -> None:
    hosts = {"listen": LISTEN, "machines": BOX}
    assert said(judge(gather(subject(hosts=hosts)))) == ["ok: 1 joined"]
    running = told(state="up", clock_offset=APART / 2)
    assert said(judge(gather(subject(hosts=hosts, running=running)))) == ["ok: 1 joined, all connected"]


def test_who_is_away_or_has_another_time_is_said(subject: Make, house: House) -> None:
    hosts = {"listen": LISTEN, "machines": BOX}
    away = judge(gather(subject(hosts=hosts, running=told(state="down", why="silent for 3 s"))))
    assert said(away) == ["problem: gpu-box is away: silent for 3 s"]
    behind = judge(gather(subject(hosts=hosts, running=told(state="up", clock_offset=-4.04))))
    assert said(behind) == ["note: the clock of gpu-box is 4.0 s behind"]
    assert "NTP" in behind[0].remedy


def test_what_does_not_fit_together_is_said(subject: Make, house: House, tmp_path: Path) -> None:
    found = judge(gather(subject(hosts={"listen": LISTEN, "machines": {"attic": {}}})))
    assert said(found) == [
        "note: attic is configured, and has not joined",
        "note: gpu-box has joined, and nothing is placed there",
    ]
    running = Running(1, status={"hosts": {"links": {}, "trouble": "the port is taken"}})
    found = judge(gather(subject(hosts={"listen": LISTEN, "machines": BOX}, running=running)))
    assert said(found) == ["problem: no host can connect: the port is taken"]


def test_a_home_that_listens_needs_an_authority(subject: Make) -> None:
    (found,) = judge(gather(subject(hosts={"listen": LISTEN})))
    assert (found.severity, found.remedy) == ("problem", "supervisor host init")


def test_a_damaged_registry_is_a_problem(subject: Make, house: House, tmp_path: Path) -> None:
    (tmp_path / "data" / "hosts" / "registry.json").write_text("{")
    (found,) = judge(gather(subject(hosts={"listen": LISTEN})))
    assert "registry.json is damaged" in found.seen
    assert "invite every host again" in found.remedy


@pytest.mark.parametrize(
    ("age", "severity"),
    [(LASTS - RENEWED - datetime.timedelta(days=3), "ok"), (LASTS - RENEWED, "note"), (LASTS, "problem")],
)
def test_certificates_that_end_are_said(
    subject: Make, tmp_path: Path, age: datetime.timedelta, severity: str
) -> None:
    """Of a host at its home, and on the host itself, after so long."""
    made = datetime.datetime.now(datetime.UTC) - age
    house = House(tmp_path)
    authority = tmp_path / "home" / "hosts" / "authority"
    key = make_key()
    certificate, signer = (authority / "certificate.pem").read_bytes(), (authority / "key.pem").read_bytes()
    issued = issue_for(certificate, signer, key, Role.HOST, "gpu-box", made)
    folder = agent_folder(tmp_path / "host" / "data")
    write_identity(folder, key, issued, certificate)
    write_membership(folder, Membership(("192.0.2.7:7447",)))
    assert house.registry.contents().hosts == ()
    found = judge(gather(subject(home=Home(tmp_path / "host"))))
    assert worst(found) == severity
    assert "192.0.2.7:7447" in found[0].seen or "gpu-box" in found[0].seen


@pytest.mark.posix("modes of files")
def test_a_key_that_others_can_read_is_a_problem(subject: Make, house: House, tmp_path: Path) -> None:
    (home_folder(tmp_path / "data") / "key.pem").chmod(0o644)
    (found,) = judge(gather(subject(hosts={"listen": LISTEN, "machines": BOX})))
    assert "others can read" in found.seen
