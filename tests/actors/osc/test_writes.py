"""What the sender writes to the avatar, and what it does not, as a real socket reads it."""

from typing import Any

import pytest

from actors.kernel.protocol.lifecycle import Health, HealthChanged
from actors.osc.held_writes import MOST, PATIENCE, HeldWrites
from actors.osc.messages import (
    AvatarKnown,
    AvatarParameter,
    GetSendStatistics,
    SendStatistics,
    SetInput,
    SetParameter,
)


@pytest.mark.parametrize(
    ("name", "value", "sent"),
    [
        ("VRCEmote", 3, ("/avatar/parameters/VRCEmote", [3])),
        ("Left Ear", 1.5, ("/avatar/parameters/Left_Ear", [1.0])),
        ("Hat", True, ("/avatar/parameters/Hat", [True])),
    ],
)
def test_a_parameter_is_written(sender: Any, peer: Any, name: str, value: float, sent: Any) -> None:
    sender.give("osc.sender", SetParameter(name, value))

    assert peer.received() == [sent]


def test_the_game_s_own_parameters_are_not_written(sender: Any, peer: Any) -> None:
    sender.give("osc.sender", SetParameter("GestureLeft", 3))

    assert peer.received() == []


KNOWN = AvatarKnown(
    "avtr_a",
    (
        AvatarParameter("Pose", "int", True, True),
        AvatarParameter("Hat", "bool", True, True),
        AvatarParameter("Told", "float", True, False),
    ),
)


def test_a_write_is_of_the_type_that_the_avatar_declares(sender: Any, peer: Any) -> None:
    sender.give("osc.sender", KNOWN)
    sender.give("osc.sender", SetParameter("Pose", 2.6))
    sender.give("osc.sender", SetParameter("Hat", 1))

    assert peer.received() == [("/avatar/parameters/Pose", [3]), ("/avatar/parameters/Hat", [True])]


def test_what_the_avatar_does_not_take_is_not_sent_logged_once_and_counted(
    sender: Any, stage: Any, peer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    sender.give("osc.sender", KNOWN)
    for name in ("Wings", "Wings", "Told"):
        sender.give("osc.sender", SetParameter(name, 1.0))

    assert peer.received() == []
    assert [record.getMessage().split(":")[0] for record in caplog.records] == [
        f"the avatar parameter {name!r} is not written" for name in ("Wings", "Told")
    ]
    last = sender.supervisor.of(HealthChanged)[-1]
    assert (last.health, last.reason) == (
        Health.OK,
        "2 of the avatar's parameters cannot be written: Wings, Told",
    )
    sender.tell("osc.sender", GetSendStatistics(), sender="asker")
    sender.run()
    (counted,) = stage.asker.of(SendStatistics)
    assert counted == SendStatistics(0, {"unknown": 2, "read_only": 1})


def test_another_avatar_may_take_what_this_one_does_not(sender: Any, peer: Any) -> None:
    sender.give("osc.sender", KNOWN)
    sender.give("osc.sender", SetParameter("Wings", True))
    sender.give("osc.sender", AvatarKnown("avtr_b"))
    sender.advance(PATIENCE)
    sender.give("osc.sender", SetParameter("Wings", True))

    assert peer.received() == [("/avatar/parameters/Wings", [True])]
    assert sender.supervisor.of(HealthChanged)[-1].reason == ""


def test_what_is_written_to_another_avatar_waits_until_it_is_known_what_it_takes(
    sender: Any, peer: Any
) -> None:
    sender.give("osc.sender", AvatarKnown("avtr_a"))
    for name, value in (("Pose", 1.0), ("Wings", True), ("Pose", 2.6), ("Hat", 1)):
        sender.give("osc.sender", SetParameter(name, value))
    sender.advance(PATIENCE - 0.1)
    assert peer.received() == []
    sender.give("osc.sender", KNOWN)
    assert peer.received() == [("/avatar/parameters/Pose", [3]), ("/avatar/parameters/Hat", [True])]
    sender.give("osc.sender", SetParameter("Hat", 0))
    assert peer.received() == [("/avatar/parameters/Hat", [False])]


def test_a_list_that_does_not_come_is_not_waited_for_longer_than_a_second(sender: Any, peer: Any) -> None:
    sender.give("osc.sender", AvatarKnown("avtr_a"))
    sender.give("osc.sender", SetParameter("Pose", 0.5))
    sender.advance(PATIENCE)
    assert peer.received() == [("/avatar/parameters/Pose", [0.5])]


def test_what_was_meant_for_the_avatar_before_is_not_written_to_another(sender: Any, peer: Any) -> None:
    sender.give("osc.sender", AvatarKnown("avtr_b"))
    sender.give("osc.sender", SetParameter("Hat", True))
    sender.advance(PATIENCE / 2)
    sender.give("osc.sender", AvatarKnown("avtr_a"))
    sender.give("osc.sender", SetParameter("Pose", 2))
    sender.advance(0.9 * PATIENCE)
    assert peer.received() == [], "the other avatar's second begins with it"
    sender.advance(PATIENCE)
    assert peer.received() == [("/avatar/parameters/Pose", [2])]


def test_so_many_writes_wait_and_no_more() -> None:
    held = HeldWrites(waits=True)
    for number in range(MOST + 5):
        held = held.with_write(f"P{number}", number)
    assert len(held.values) == MOST
    assert list(held.values)[-1] == f"P{MOST + 4}"


def test_what_the_game_answers_is_counted(sender: Any, stage: Any) -> None:
    sender.give("osc.sender", SetInput("Vertical", 1.0, 0.1))
    sender.give("osc.sender", SetInput("UseRight", 1.0, 0.1))
    sender.give("osc.sender", SetParameter("Smile", 1.0))
    sender.advance(1.0)
    sender.tell("osc.sender", GetSendStatistics(), sender="asker")
    sender.run()
    assert stage.asker.of(SendStatistics) == [SendStatistics(2)]
