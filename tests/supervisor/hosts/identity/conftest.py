"""A home's authority, in memory and in a folder, and another home's that is a stranger here."""

import datetime
from dataclasses import dataclass
from pathlib import Path

import pytest

from supervisor.hosts.identity.authority import issue_for, make_authority, make_key
from supervisor.hosts.identity.home import hosts_folder, make_home
from supervisor.hosts.identity.names import Role
from supervisor.hosts.identity.registry import Registry

NOW = datetime.datetime(2026, 6, 1, 12, 0, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Ca:
    """An authority's key and certificate."""

    key: bytes
    certificate: bytes

    def issue(self, name: str, role: Role = Role.HOST, now: datetime.datetime = NOW) -> bytes:
        return issue_for(self.certificate, self.key, make_key(), role, name, now)


def new_ca() -> Ca:
    key = make_key()
    return Ca(key, make_authority(key, NOW))


@pytest.fixture(scope="session")
def ca() -> Ca:
    return new_ca()


@pytest.fixture(scope="session")
def stranger() -> Ca:
    return new_ca()


class Clock:
    """The time, as a test sets it."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime.datetime:
        return self.now


@dataclass
class HomeOfTest:
    """A home with an authority, in a folder."""

    data: Path
    ca: Ca
    clock: Clock
    registry: Registry

    def join(self, name: str) -> bytes:
        certificate = self.ca.issue(name, now=self.clock.now)
        self.registry.add(name, certificate)
        return certificate


@pytest.fixture
def home(tmp_path: Path) -> HomeOfTest:
    data = tmp_path / "data"
    make_home(data, NOW)
    authority = hosts_folder(data) / "authority"
    ca = Ca((authority / "key.pem").read_bytes(), (authority / "certificate.pem").read_bytes())
    clock = Clock()
    return HomeOfTest(data, ca, clock, Registry(data, clock))
