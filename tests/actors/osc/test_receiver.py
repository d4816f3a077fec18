"""The receiver on a real port: parameters become messages, broken datagrams are counted, restarts keep the
port.
"""

import shutil
import socket
import subprocess
from typing import Any

import pytest
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import build_msg

from actors.kernel.protocol.lifecycle import Health, HealthChanged
from actors.osc import receiver as receiver_module
from actors.osc.internal import FriendsFound, ReaderFailed
from actors.osc.messages import (
    AvatarLoaded,
    ParametersChanged,
    TrackingChanged,
)
from actors.osc.receiver import LOOK_UP_AGAIN
from config.schema import Behaviour, Movement, Osc

ME = "osc.receiver"
GOOD = build_msg("/avatar/parameters/JawOpen", 0.5).dgram


def test_parameters_reach_the_avatar(ear: Any) -> None:
    ear.client.send_message("/avatar/parameters/GestureLeft", 2)
    ear.client.send_message("/avatar/parameters/JawOpen", 0.25)
    ear.client.send_message("/avatar/parameters/HeadPat", True)
    ear.until(lambda: len(ear.values()) == 3)

    assert ear.values() == {"GestureLeft": 2, "JawOpen": 0.25, "HeadPat": True}
    assert [name for changed in ear.stage.avatar.of(ParametersChanged) for name in changed.touched] == [
        "HeadPat"
    ]


def test_a_change_of_avatar_and_tracking_reach_the_avatar(ear: Any) -> None:
    ear.client.send_message("/avatar/change", "avtr_0123")
    ear.client.send_message("/tracking/vrsystem/head/pose", [1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    ear.until(lambda: bool(ear.stage.avatar.of(TrackingChanged)))

    assert ear.stage.avatar.of(AvatarLoaded) == [AvatarLoaded("avtr_0123")]
    assert ear.stage.avatar.of(TrackingChanged) == [TrackingChanged((1.0, 2.0, 3.0), (4.0, 5.0, 6.0))]


def test_a_bundle_s_messages_count_at_once_whenever_it_is_meant_for(ear: Any) -> None:
    bundle = OscBundleBuilder(2_050_000_000)  # a day in 2034
    bundle.add_content(build_msg("/avatar/parameters/JawOpen", 0.5))
    inner = OscBundleBuilder(IMMEDIATELY)
    inner.add_content(build_msg("/avatar/parameters/GestureRight", 1))
    bundle.add_content(inner.build())
    ear.send(bundle.build().dgram)
    ear.until(lambda: ear.values() == {"JawOpen": 0.5, "GestureRight": 1})


def test_only_enabled_events_reach_the_avatar(make_ear: Any) -> None:
    ear = make_ear(enabled_events=("gestures",))
    ear.client.send_message("/avatar/parameters/JawOpen", 0.25)
    ear.client.send_message("/avatar/parameters/GestureLeft", 2)
    ear.until(lambda: bool(ear.values()))

    assert ear.values() == {"GestureLeft": 2}
    assert ear.statistics().ignored == 1


def test_a_body_that_is_to_be_moved_is_felt_whatever_events_are_enabled(make_ear: Any) -> None:
    ear = make_ear(behaviour=Behaviour(), enabled_events=("gestures",))
    ear.client.send_message("/avatar/parameters/VelocityZ", 0.25)
    ear.until(lambda: ear.values() == {"VelocityZ": 0.25})
    assert ear.receiver.commit({"behaviour": Behaviour(movement=Movement(enabled=False))})
    ear.client.send_message("/avatar/parameters/VelocityZ", 0.5)
    ear.client.send_message("/avatar/parameters/GestureLeft", 2)
    ear.until(lambda: "GestureLeft" in ear.values())
    assert ear.values() == {"VelocityZ": 0.25, "GestureLeft": 2}


def test_floats_are_coalesced_to_the_newest(ear: Any) -> None:
    ear.send(*(build_msg("/avatar/parameters/JawOpen", n / 1024).dgram for n in range(1000)))
    ear.until(lambda: ear.values().get("JawOpen") == 999 / 1024)

    counts = ear.statistics()
    assert counts.handled == 1000
    assert counts.announced + counts.coalesced == 1000
    assert counts.announced < 500


def test_the_announcements_wait_for_an_actor_that_is_behind(ear: Any) -> None:
    """Nobody handles anything here while the datagrams come: one announcement waits, and no more."""
    mailbox = ear.stage.world.lives[ME].mailbox
    ear.send(GOOD)
    ear.until(lambda: bool(ear.values()))
    ear.send(*[GOOD] * 500)
    mailbox.pause(5.0)
    assert mailbox.take() is not None
    for n in range(500):
        ear.send(build_msg("/avatar/parameters/JawOpen", n / 1024).dgram)
    intake = ear.stage.world.lives[ME].actor._queue
    while intake.statistics(0).received < 1001:
        mailbox.pause(0.005, only_urgent=True)  # nothing urgent comes: the data stays where it is

    assert len(mailbox) <= 1


def own_address() -> str | None:
    """An address of this machine that is not loopback, None if it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: a datagram socket only looks for a route
        except OSError:
            return None
        address: str = probe.getsockname()[0]
        return None if address.startswith("127.") else address


def test_datagrams_from_elsewhere_are_dropped_and_counted(make_ear: Any) -> None:
    elsewhere = own_address()
    if elsewhere is None:
        pytest.skip("this machine has no address but loopback")
    ear = make_ear(input_host="0.0.0.0")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as foreign:
        foreign.bind((elsewhere, 0))
        foreign.sendto(build_msg("/avatar/parameters/JawOpen", 1.0).dgram, (elsewhere, ear.port))
    ear.until(lambda: ear.statistics().foreign == 1)
    said = ear.stage.world.supervisor.of(HealthChanged)[-1]
    assert (said.health, said.reason.split(" sends")[0]) == (Health.OK, f"what {elsewhere}")
    assert said.remedy == f"if VRChat runs there, set osc.output_host to {elsewhere}"
    ear.send(GOOD)
    ear.until(lambda: bool(ear.values()))

    assert ear.values() == {"JawOpen": 0.5}


@pytest.mark.liblo
def test_oscsend_drives_it(ear: Any) -> None:
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


def test_a_friend_may_be_given_by_name_and_who_cannot_find_it_says_so(
    make_ear: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its addresses are looked up while the port is read already."""
    known: dict[str, tuple[str, ...]] = {}
    monkeypatch.setattr(receiver_module, "addresses_of", lambda host: known.get(host, ()))
    ear = make_ear(output_host="desk")
    changes = ear.stage.world.supervisor.of
    ear.until(lambda: changes(HealthChanged)[-1].health is Health.DEGRADED)
    assert "'desk' is not found" in changes(HealthChanged)[-1].reason

    known["desk"] = ("10.0.0.7",)
    ear.stage.world.advance(LOOK_UP_AGAIN)
    ear.until(lambda: changes(HealthChanged)[-1].health is Health.OK)
    queue = ear.stage.world.lives[ME].actor._queue
    queue.take(GOOD, "10.0.0.7")
    queue.take(GOOD, "10.0.0.8")
    assert queue.statistics(1).foreign == 1


@pytest.mark.parametrize(("before", "after"), [("10.0.0.7", "10.0.0.8"), ("10.0.0.8", "10.0.0.7")])
def test_another_host_is_heard_from_the_change_on_and_the_old_one_no_more(
    make_ear: Any, before: str, after: str
) -> None:
    ear = make_ear(output_host=before)
    actor = ear.stage.world.lives[ME].actor
    assert actor.commit({"osc": Osc(output_host=after)})
    actor._queue.take(GOOD, before)
    assert actor._queue.statistics(1).foreign == 1
    actor._queue.take(GOOD, after)
    assert actor._queue.statistics(1).foreign == 1


def test_a_port_that_can_no_longer_be_read_is_said_and_opened_again(ear: Any) -> None:
    actor = ear.stage.world.lives[ME].actor
    changes = ear.stage.world.supervisor.of
    first = actor._listener

    ear.stage.world.give(ME, ReaderFailed(id(first) + 1, "an older reader"))
    assert actor._listener is first
    actor._queue.take = lambda data, host: (_ for _ in ()).throw(OSError("it is gone"))
    ear.send(GOOD)
    ear.until(lambda: changes(HealthChanged)[-1].health is Health.DEGRADED)
    assert "the port can no longer be read: it is gone" in changes(HealthChanged)[-1].reason
    del actor._queue.take
    ear.stage.world.advance(10.0)
    assert changes(HealthChanged)[-1].health is Health.OK
    ear.port = ear.statistics().port
    ear.send(GOOD)
    ear.until(lambda: ear.values() == {"JawOpen": 0.5})


def test_a_name_is_looked_up_once_in_its_time_however_often_it_was_found(
    make_ear: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def addresses_of(host: str) -> tuple[str, ...]:
        asked.append(host)
        return ("10.0.0.7",)

    monkeypatch.setattr(receiver_module, "addresses_of", addresses_of)
    ear = make_ear(output_host="desk")
    actor = ear.stage.world.lives[ME].actor
    ear.until(lambda: actor._look_up != 0)
    for _ in range(3):
        ear.stage.world.give(ME, FriendsFound("desk", ("10.0.0.7",)))
    timer = actor._look_up
    ear.stage.world.advance(LOOK_UP_AGAIN)
    ear.until(lambda: actor._look_up != timer)
    assert asked == ["desk", "desk"]


def test_a_name_that_is_found_while_the_port_is_taken_does_not_end_the_wait_for_the_port(
    make_ear: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiver_module, "addresses_of", lambda host: ("10.0.0.7",))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        ear = make_ear(input_port=other.getsockname()[1], output_host="desk")
        actor = ear.stage.world.lives[ME].actor
        ear.until(lambda: actor._look_up != 0)
    ear.stage.world.advance(5.0)
    assert ear.statistics().port != 0


@pytest.mark.parametrize(
    ("host", "family", "to"),
    [
        ("localhost", socket.AF_INET, "127.0.0.1"),
        ("::1", socket.AF_INET6, "::1"),
        ("::", socket.AF_INET6, "::1"),
        ("::", socket.AF_INET, "127.0.0.1"),  # arrives as ::ffff:127.0.0.1
    ],
)
def test_this_machine_is_heard_by_whichever_of_its_addresses(
    make_ear: Any, host: str, family: socket.AddressFamily, to: str
) -> None:
    ear = make_ear(input_host=host)
    with socket.socket(family, socket.SOCK_DGRAM) as game:
        game.sendto(GOOD, (to, ear.port))
    ear.until(lambda: ear.values() == {"JawOpen": 0.5})
    assert ear.statistics().foreign == 0
    assert ear.statistics().host in (host, "127.0.0.1")
