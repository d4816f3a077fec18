"""Datagrams are counted, dispatched by address and coalesced."""

import pytest
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import build_msg

from actors.osc import datagram_queue as queue_module
from actors.osc.datagram_queue import DatagramQueue
from actors.osc.messages import AvatarLoaded, ParametersChanged, TrackingChanged
from actors.osc.parameters import Meanings

HERE = "127.0.0.1"
ENABLED = ("gestures", "touch", "expressions")


def give(queue: DatagramQueue, address: str, *values: object, host: str = HERE) -> None:
    queue.take(build_msg(address, list(values)).dgram, host)


def parameter(queue: DatagramQueue, name: str, value: object) -> None:
    give(queue, f"/avatar/parameters/{name}", value)


def test_the_newest_value_of_each_parameter_is_announced_with_its_event() -> None:
    queue = DatagramQueue(Meanings(ENABLED))
    for value in (0.25, 0.5, 0.75):
        parameter(queue, "JawOpen", value)
    parameter(queue, "GestureLeft", 3)

    values, events = (
        {"JawOpen": 0.75, "GestureLeft": 3},
        {"JawOpen": "expressions", "GestureLeft": "gestures"},
    )
    assert queue.flush() == (ParametersChanged(values, (), events),)
    assert queue.statistics(1).coalesced == 2
    assert not queue.waiting


@pytest.mark.parametrize(
    ("address", "values"),
    [
        ("/avatar/parameters/JawOpen", ["wide"]),
        ("/avatar/parameters/New", [1.0, 2.0]),
        ("/avatar/change", [7]),
        ("/tracking/vrsystem/head/pose", [1.0, 2.0]),
    ],
)
def test_a_bundle_with_one_wrong_message_has_no_effect_at_all(address: str, values: list[object]) -> None:
    queue = DatagramQueue(Meanings(ENABLED))
    parameter(queue, "JawOpen", 0.25)
    queue.flush()
    bundle = OscBundleBuilder(IMMEDIATELY)
    for part in (build_msg("/avatar/parameters/JawOpen", [0.5]), build_msg(address, values)):
        bundle.add_content(part)
    queue.take(bundle.build().dgram, HERE)
    assert not queue.waiting
    counted = queue.statistics(1)
    assert (counted.handled, counted.refused) == (1, {"wrong_arguments": 1})


def test_a_bundle_may_have_messages_that_nobody_wants() -> None:
    queue = DatagramQueue(Meanings(ENABLED))
    bundle = OscBundleBuilder(IMMEDIATELY)
    for part in (build_msg("/else/where", ["x", 1]), build_msg("/avatar/parameters/JawOpen", [0.5])):
        bundle.add_content(part)
    queue.take(bundle.build().dgram, HERE)
    counted = queue.statistics(1)
    assert (counted.handled, counted.ignored, counted.refused) == (1, 1, {})


def test_a_touch_of_one_frame_is_not_missed() -> None:
    queue = DatagramQueue(Meanings(ENABLED))
    parameter(queue, "HeadPat", True)
    parameter(queue, "HeadPat", False)

    (changed,) = queue.flush()
    assert isinstance(changed, ParametersChanged)
    assert changed.values == {"HeadPat": False}
    assert changed.touched == ("HeadPat",)


def test_a_touch_is_announced_once() -> None:
    queue = DatagramQueue(Meanings(ENABLED))
    parameter(queue, "HeadPat", True)
    queue.flush()
    parameter(queue, "HeadPat", False)

    assert queue.flush() == (ParametersChanged({"HeadPat": False}, (), {"HeadPat": "touch"}),)


def test_events_that_are_not_enabled_are_ignored_and_counted() -> None:
    queue = DatagramQueue(Meanings(("gestures",)))
    parameter(queue, "HeadPat", True)
    parameter(queue, "VelocityX", 1.0)
    give(queue, "/chatbox/input", "hello")

    assert not queue.waiting
    assert queue.statistics(1).ignored == 3


def test_the_avatar_is_announced_before_its_parameters() -> None:
    queue = DatagramQueue(Meanings(ENABLED))
    parameter(queue, "JawOpen", 0.5)
    give(queue, "/avatar/change", "avtr_1")
    give(queue, "/avatar/change", "avtr_2")

    first, second = queue.flush()
    assert first == AvatarLoaded("avtr_2")
    assert isinstance(second, ParametersChanged)


def test_the_head_s_pose_is_tracking() -> None:
    queue = DatagramQueue(Meanings(()))
    give(queue, "/tracking/vrsystem/head/pose", 1.0, 2.0, 3.0, 10.0, 20.0, 30.0)

    assert queue.flush() == (TrackingChanged((1.0, 2.0, 3.0), (10.0, 20.0, 30.0)),)


@pytest.mark.parametrize(
    ("address", "values"),
    [
        ("/avatar/parameters/JawOpen", []),
        ("/avatar/parameters/JawOpen", [1.0, 2.0]),
        ("/avatar/parameters/JawOpen", ["open"]),
        ("/avatar/change", [7]),
        ("/avatar/change", ["avtr_\x1b[2J"]),
        ("/avatar/change", [" "]),
        ("/avatar/change", ["x" * 257]),
        ("/tracking/vrsystem/head/pose", [1.0, 2.0]),
        ("/tracking/vrsystem/head/pose", [1, 2, 3, 4, 5, 6]),
    ],
)
def test_arguments_that_do_not_belong_to_an_address_are_refused(address: str, values: list[object]) -> None:
    queue = DatagramQueue(Meanings(ENABLED))
    give(queue, address, *values)

    assert not queue.waiting
    assert queue.statistics(1).refused == {"wrong_arguments": 1}


def test_only_this_machine_and_the_friend_are_heard() -> None:
    queue = DatagramQueue(Meanings(ENABLED), friends=("10.0.0.7",))
    for host in ("127.0.0.1", "127.3.2.1", "::1", "10.0.0.7", "10.0.0.8", "8.8.8.8", "fe80::1%eth0"):
        give(queue, "/avatar/parameters/JawOpen", 0.5, host=host)

    assert queue.statistics(1).foreign == 3
    assert queue.statistics(1).handled == 4


def test_a_socket_of_both_kinds_hears_the_same_hosts() -> None:
    """There an address of IPv4 comes in its mapped form, whichever form the friend was given in."""
    queue = DatagramQueue(Meanings(ENABLED), friends=("10.0.0.7", "fe80::7"))
    for host in ("::ffff:127.0.0.1", "::ffff:10.0.0.7", "fe80::7%eth0", "::ffff:10.0.0.8"):
        give(queue, "/avatar/parameters/JawOpen", 0.5, host=host)

    assert queue.statistics(1).foreign == 1
    assert queue.statistics(1).handled == 3


def test_more_names_than_an_avatar_can_have_do_not_grow_without_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(queue_module, "MAX_PARAMETERS", 10)
    queue = DatagramQueue(Meanings(ENABLED))
    for n in range(95):
        parameter(queue, f"P{n}", 0.5)

    (changed,) = queue.flush()
    assert isinstance(changed, ParametersChanged)
    assert len(changed.values) <= 10
    assert "P94" in changed.values
    assert queue.statistics(1).handled == 95


@pytest.mark.parametrize(
    ("address", "values"),
    [
        ("/avatar/parameters/JawOpen", [0.5]),
        ("/avatar/change", ["avtr_1"]),
        ("/tracking/vrsystem/head/pose", [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
    ],
)
def test_anything_by_itself_waits_until_it_is_announced(address: str, values: list[object]) -> None:
    queue = DatagramQueue(Meanings(ENABLED))
    give(queue, address, *values)
    assert queue.waiting
    assert len(queue.flush()) == 1
    assert not queue.waiting


@pytest.mark.parametrize("hosts", [3, 7])
def test_however_many_hosts_send_each_is_judged(monkeypatch: pytest.MonkeyPatch, hosts: int) -> None:
    monkeypatch.setattr(queue_module, "MAX_HOSTS", 5)
    queue = DatagramQueue(Meanings(ENABLED), friends=("10.0.0.1",))
    for _ in range(2):
        for number in range(1, hosts + 1):
            give(queue, "/avatar/parameters/JawOpen", 0.5, host=f"10.0.0.{number}")
    assert queue.statistics(1).foreign == 2 * (hosts - 1)


def test_how_the_player_is_arrives_whatever_is_enabled() -> None:
    queue = DatagramQueue(Meanings(()))
    parameter(queue, "MuteSelf", True)
    parameter(queue, "VelocityX", 1.0)
    parameter(queue, "HeadPat", True)
    assert queue.flush() == (ParametersChanged({"MuteSelf": True}, ("MuteSelf",), {"MuteSelf": "status"}),)


def test_a_zone_goes_along_and_changes_with_the_configuration() -> None:
    queue = DatagramQueue(Meanings((), {"Boop*": ("touch", "nose")}))
    parameter(queue, "BoopL", True)
    parameter(queue, "AFK", False)
    (changed,) = queue.flush()
    assert (changed.events["BoopL"], changed.zones) == ("touch", {"BoopL": "nose"})

    queue.choose(Meanings(("touch",)))
    parameter(queue, "BoopL", True)
    (changed,) = queue.flush()
    assert (changed.events, changed.zones) == ({"BoopL": "touch"}, {})


def test_the_last_host_that_may_not_send_is_told() -> None:
    queue = DatagramQueue(Meanings(ENABLED))
    give(queue, "/avatar/change", "avtr_a", host="10.0.0.9")
    counted = queue.statistics(9001)
    assert (counted.foreign, counted.foreign_host, counted.heard) == (1, "10.0.0.9", 0)
    queue.take(b"nonsense", HERE)
    assert queue.statistics(9001).heard == 0
    parameter(queue, "Hat", True)
    assert queue.statistics(9001).heard == 1
