"""The receiver on a real port: parameters become messages, broken datagrams are counted, restarts keep the
port.
"""

import random
import shutil
import socket
import struct
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import build_msg
from pythonosc.udp_client import SimpleUDPClient

from actors.kernel.protocol import Health, HealthChanged
from actors.osc import ports
from actors.osc.datagram import BadDatagram, decode
from actors.osc.messages import (
    AvatarLoaded,
    GetOscStatistics,
    OscStatistics,
    ParametersChanged,
    TrackingChanged,
)
from actors.osc.receiver import FIRST_RETRY, Receiver
from config.schema import Osc

ME = "osc.receiver"
HEAD = b"#bundle\x00" + b"\x00" * 7 + b"\x01"
GOOD = build_msg("/avatar/parameters/JawOpen", 0.5).dgram


class Ear:
    """A started receiver, and a client that sends to it."""

    def __init__(self, stage: Any, **settings: Any) -> None:
        self.stage = stage
        self.osc = Osc(**{"input_port": 0, **settings})
        stage.start(Receiver(self.osc), ME)
        self.port = self.statistics().port
        self.client = SimpleUDPClient("127.0.0.1", self.port)
        self.client._sock.setblocking(True)

    def statistics(self) -> OscStatistics:
        world, asker = self.stage.world, self.stage.asker
        asker.clear()
        world.give(ME, GetOscStatistics(), sender="asker")
        (answer,) = asker.of(OscStatistics)
        return answer

    def values(self) -> dict[str, Any]:
        """The newest value of everything that the avatar was told."""
        changes = self.stage.avatar.of(ParametersChanged)
        return {name: value for changed in changes for name, value in changed.values.items()}

    def until(self, holds: Any) -> None:
        self.stage.until(ME, holds)

    def until_received(self, count: int) -> None:
        self.until(lambda: self.statistics().received >= count)

    def send(self, *datagrams: bytes) -> None:
        for data in datagrams:
            self.client._sock.sendto(data, ("127.0.0.1", self.port))


@pytest.fixture
def ear(stage: Any) -> Iterator[Ear]:
    ear = Ear(stage)
    yield ear
    ear.client.close()


def test_parameters_reach_the_avatar(ear: Ear) -> None:
    ear.client.send_message("/avatar/parameters/GestureLeft", 2)
    ear.client.send_message("/avatar/parameters/JawOpen", 0.25)
    ear.client.send_message("/avatar/parameters/HeadPat", True)
    ear.until(lambda: len(ear.values()) == 3)

    assert ear.values() == {"GestureLeft": 2, "JawOpen": 0.25, "HeadPat": True}
    assert [name for changed in ear.stage.avatar.of(ParametersChanged) for name in changed.touched] == [
        "HeadPat"
    ]


def test_a_change_of_avatar_and_tracking_reach_the_avatar(ear: Ear) -> None:
    ear.client.send_message("/avatar/change", "avtr_0123")
    ear.client.send_message("/tracking/vrsystem/head/pose", [1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    ear.until(lambda: bool(ear.stage.avatar.of(TrackingChanged)))

    assert ear.stage.avatar.of(AvatarLoaded) == [AvatarLoaded("avtr_0123")]
    assert ear.stage.avatar.of(TrackingChanged) == [TrackingChanged((1.0, 2.0, 3.0), (4.0, 5.0, 6.0))]


def test_a_bundle_s_messages_count_at_once_whenever_it_is_meant_for(ear: Ear) -> None:
    bundle = OscBundleBuilder(2_050_000_000)  # a day in 2034
    bundle.add_content(build_msg("/avatar/parameters/JawOpen", 0.5))
    inner = OscBundleBuilder(IMMEDIATELY)
    inner.add_content(build_msg("/avatar/parameters/GestureRight", 1))
    bundle.add_content(inner.build())
    ear.send(bundle.build().dgram)
    ear.until(lambda: ear.values() == {"JawOpen": 0.5, "GestureRight": 1})


def test_only_enabled_events_reach_the_avatar(stage: Any) -> None:
    ear = Ear(stage, enabled_events=("gestures",))
    ear.client.send_message("/avatar/parameters/JawOpen", 0.25)
    ear.client.send_message("/avatar/parameters/GestureLeft", 2)
    ear.until(lambda: bool(ear.values()))

    assert ear.values() == {"GestureLeft": 2}
    assert ear.statistics().ignored == 1


def test_floats_are_coalesced_to_the_newest(ear: Ear) -> None:
    ear.send(*(build_msg("/avatar/parameters/JawOpen", n / 1024).dgram for n in range(1000)))
    ear.until(lambda: ear.values().get("JawOpen") == 999 / 1024)

    counts = ear.statistics()
    assert counts.handled == 1000
    assert counts.announced + counts.coalesced == 1000
    assert counts.announced < 500


def test_the_announcements_wait_for_an_actor_that_is_behind(ear: Ear) -> None:
    """Nobody handles anything here while the datagrams come: one announcement waits, and no more."""
    mailbox = ear.stage.world.lives[ME].mailbox
    ear.send(GOOD)
    ear.until(lambda: bool(ear.values()))
    ear.send(*[GOOD] * 500)
    assert mailbox.wait(5.0) is not None
    for n in range(500):
        ear.send(build_msg("/avatar/parameters/JawOpen", n / 1024).dgram)
    while ear.stage.world.lives[ME].actor._intake.statistics(0).received < 1001:
        pass

    assert len(mailbox) <= 1


def malformed(count: int, seed: int) -> Iterator[bytes]:
    """Every defect of python-osc that is known, then broken variations of good datagrams."""

    def element(content: bytes, size: int) -> bytes:
        return struct.pack(">i", size) + content

    nested = GOOD
    for _ in range(300):
        nested = HEAD + element(nested, len(nested))
    defects = [
        HEAD + element(GOOD, -4),
        HEAD + element(GOOD, -len(GOOD) - 4),
        HEAD + element(GOOD, 0),
        HEAD + element(GOOD, 2**31 - 1),
        nested,
        b"/\xff\xfe\x00,i\x00\x00\x00\x00\x00\x01",
        b"/a\x00\x00,s\x00\x00\xc3\x28\x00\x00",
        b"/a\x00\x00,b\x00\x00\xff\xff\xff\xf8",
        b"/a\x00\x00,f\x00\x00\x7f\xc0\x00\x00",
        b"/a\x00\x00,f\x00\x00",
        b"/a\x00\x00,zzz\x00\x00\x00\x00",
        b"",
        b"/" * 60_000,
    ]
    yield from (defects[n % len(defects)] for n in range(count // 5))
    chance = random.Random(seed)
    bundle = HEAD + element(GOOD, len(GOOD)) + element(GOOD, len(GOOD))
    made = count // 5
    while made < count:
        data = bytearray(chance.choice((GOOD, bundle)))
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        if chance.random() < 0.3:
            del data[chance.randrange(len(data)) :]
        if is_malformed(bytes(data)):
            made += 1
            yield bytes(data)


def is_malformed(data: bytes) -> bool:
    try:
        decode(data)
    except BadDatagram:
        return True
    return False


def test_ten_thousand_malformed_datagrams_neither_crash_nor_stall_it_and_are_counted(ear: Ear) -> None:
    for sent, data in enumerate(malformed(10_000, seed=1), start=1):
        ear.send(data)
        if sent % 100 == 0:  # no more than the system's buffer holds for an ordinary user
            ear.until_received(sent)
    ear.send(GOOD)
    ear.until(lambda: ear.values() == {"JawOpen": 0.5})

    counts = ear.statistics()
    assert counts.received == 10_001
    assert sum(counts.refused.values()) == 10_000
    assert counts.handled == 1
    assert "parser" not in counts.refused
    assert {"element_size", "too_deep", "not_utf8", "not_finite", "too_large", "empty"} <= {*counts.refused}
    assert ear.stage.world.failures == {}


def own_address() -> str | None:
    """An address of this machine that is not loopback, None if it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: a datagram socket only looks for a route
        except OSError:
            return None
        address: str = probe.getsockname()[0]
        return None if address.startswith("127.") else address


def test_datagrams_from_elsewhere_are_dropped_and_counted(stage: Any) -> None:
    elsewhere = own_address()
    if elsewhere is None:
        pytest.skip("this machine has no address but loopback")
    ear = Ear(stage, input_host="0.0.0.0")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as foreign:
        foreign.bind((elsewhere, 0))
        foreign.sendto(build_msg("/avatar/parameters/JawOpen", 1.0).dgram, (elsewhere, ear.port))
    ear.until(lambda: ear.statistics().foreign == 1)
    ear.send(GOOD)
    ear.until(lambda: bool(ear.values()))

    assert ear.values() == {"JawOpen": 0.5}


def test_a_port_that_is_taken_degrades_it_until_it_is_free(stage: Any) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        number = other.getsockname()[1]
        ear = Ear(stage, input_port=number)
        assert ear.port == 0
        stage.world.advance(60.0)
    stage.world.advance(60.0)

    words = stage.world.supervisor.of(HealthChanged)
    assert {word.health for word in words[:-1]} == {Health.DEGRADED}
    assert words[-1].health is Health.OK
    assert str(number) in words[0].reason
    assert str(number) in words[0].remedy
    assert ear.statistics().port == number
    assert stage.world.failures == {}


def test_a_taken_port_is_said_once_however_often_it_is_tried(stage: Any) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        Ear(stage, input_port=other.getsockname()[1])
        stage.world.advance(FIRST_RETRY * 100)

        assert len(stage.world.supervisor.of(HealthChanged)) == 1


def test_after_a_crash_the_successor_has_the_port_and_what_came_meanwhile(ear: Ear) -> None:
    first = ear.stage.world.lives[ME].actor
    ear.stage.start(Receiver(ear.osc), ME, 2)  # nobody told the first one: its thread still reads
    assert ear.statistics().port == ear.port
    ear.until(lambda: not first._port.reading.locked() or first._port.owner is not first._listener)
    ear.client.send_message("/avatar/parameters/GestureLeft", 5)
    ear.until(lambda: ear.values().get("GestureLeft") == 5)

    assert ear.stage.world.supervisor.of(HealthChanged)[-1].health is Health.OK


def test_after_a_stop_the_port_is_free(ear: Ear) -> None:
    ear.stage.world.lives[ME].stop()

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", ear.port))


def test_a_reader_that_hangs_is_not_robbed_of_its_socket(stage: Any) -> None:
    port = ports.take("test", "127.0.0.1", 0, "first")
    with port.reading:
        assert not ports.release(port, "first", 0.01)
        assert ports.take("test", "127.0.0.1", 0, "second") is port
    assert ports.release(port, "first", 0.01)  # no longer its own: left alone
    assert port.socket.fileno() != -1
    assert ports.release(port, "second", 0.01)
    assert port.socket.fileno() == -1


@pytest.mark.liblo
def test_oscsend_drives_it(ear: Ear) -> None:
    if shutil.which("oscsend") is None:
        pytest.skip("oscsend is not here: apt-get install liblo-tools")
    for arguments in (
        ["/avatar/change", "s", "avtr_7"],
        ["/avatar/parameters/JawOpen", "f", "0.5"],
        ["/avatar/parameters/GestureLeft", "i", "7"],
        ["/avatar/parameters/HeadPat", "T"],
        ["/avatar/parameters/Hat", "F"],
    ):
        subprocess.run(["oscsend", "127.0.0.1", str(ear.port), *arguments], check=True, timeout=10)
    ear.until(lambda: len(ear.values()) == 4)

    assert ear.values() == {"JawOpen": 0.5, "GestureLeft": 7, "HeadPat": True, "Hat": False}
    assert ear.stage.avatar.of(AvatarLoaded) == [AvatarLoaded("avtr_7")]
