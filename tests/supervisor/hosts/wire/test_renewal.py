"""A host's certificate is renewed while it is connected, before it ends."""

import datetime
import logging
import queue
from collections.abc import Iterator
from pathlib import Path

import pytest

from supervisor.demo.instance import free_port
from supervisor.hosts.identity.authority import LASTS, RENEWED
from supervisor.hosts.identity.identity import Identity, identity_of
from supervisor.hosts.wire.agent_wire import AgentWire
from supervisor.hosts.wire.home_wire import HomeWire
from supervisor.hosts.wire.host_link import HostLink, LinkState
from tests.doubles.wired import PATIENCE, House, WirePair, echo

OLD = LASTS - RENEWED + datetime.timedelta(days=1)
TAKEN_OVER = "the home has renewed the certificate of this host"


class Told(logging.Handler):
    """What the wire logs."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: queue.SimpleQueue[str] = queue.SimpleQueue()

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.put(record.getMessage())

    def until(self, line: str) -> list[str]:
        seen = []
        while not seen or seen[-1] != line:
            seen.append(self.lines.get(timeout=PATIENCE))
        return seen


@pytest.fixture
def told() -> Iterator[Told]:
    handler, logger = Told(), logging.getLogger("supervisor.hosts.wire")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(before)


class Connected:
    """A home and a host on loopback. changes: of the link, as the home sees it."""

    def __init__(self, house: House, identity: Identity) -> None:
        address = f"127.0.0.1:{free_port()}"
        self.changes: queue.SimpleQueue[HostLink] = queue.SimpleQueue()
        self.home = HomeWire(house.identity, house.registry, address)
        self.home.start()
        self.home.watch(self.changes.put)
        self.agent = AgentWire(identity, [address], echo, lambda: None)
        self.agent.start()
        assert self.changes.get(timeout=PATIENCE).state is LinkState.UP

    def close(self) -> None:
        self.agent.close()
        self.home.close()


def test_a_certificate_that_ends_soon_is_renewed_over_the_link_and_shown_from_then_on(
    tmp_path: Path, told: Told
) -> None:
    house = House(tmp_path)
    identity = house.invite("box", age=OLD)
    before, key = identity.certificate.read_bytes(), identity.key.read_bytes()
    connected = Connected(house, identity)
    try:
        told.until(TAKEN_OVER)
        link = connected.home.open("box")  # nothing of it was felt
        link.close()
    finally:
        connected.close()
    newer = identity.certificate.read_bytes()
    assert newer != before
    assert identity.key.read_bytes() == key
    assert identity_of(identity.key.parent) == identity
    (host,) = house.registry.contents().hosts
    assert host.until > (datetime.datetime.now(datetime.UTC) + RENEWED).timestamp()
    assert [house.registry.admit(one) for one in (before, newer)] == ["box", "box"]
    # it comes again with the new one, which is not renewed
    again = Connected(house, identity)
    again.close()
    assert identity.certificate.read_bytes() == newer
    assert len(house.registry.contents().hosts[0].fingerprints) == 2


def test_a_home_gives_and_never_takes_one() -> None:
    pair = WirePair()
    try:
        pair.home.renew(b"certificate")
        assert pair.host_told.renewed.get(timeout=PATIENCE) == b"certificate"
        pair.host.renew(b"certificate")
        assert "malformed" in pair.home_told.over.get(timeout=PATIENCE)
    finally:
        pair.close()
