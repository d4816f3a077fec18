"""Who is told what of that which VRChat says."""

from typing import Any

import pytest

from actors.osc.messages import (
    EVERYTHING,
    AvatarLoaded,
    ParametersChanged,
    SubscribeParameters,
    TrackingChanged,
)
from actors.osc.receiver import Receiver
from actors.osc.subscriptions import MAX_PATTERNS, MAX_SUBSCRIBERS, Subscriptions

ME = "osc.receiver"
HEART = ParametersChanged({"HR": 70, "JawOpen": 0.5, "HeartOn": True}, ("HeartOn",), {"HR": "expressions"})


def told(subscriptions: Subscriptions, message: Any) -> dict[str, Any]:
    return dict(subscriptions.parts(message))


def test_a_subscriber_to_everything_gets_the_message_itself() -> None:
    found = told(Subscriptions([("avatar", EVERYTHING)]), HEART)
    assert found["avatar"] is HEART


def test_others_are_told_what_they_named_and_nothing_else() -> None:
    subscriptions = Subscriptions(
        [("heart", ("HR", "Heart*")), ("jaw", ("Jaw?pen",)), ("nose", ("Nose*", "hr"))]
    )
    assert told(subscriptions, HEART) == {
        "heart": ParametersChanged({"HR": 70, "HeartOn": True}, ("HeartOn",), {"HR": "expressions"}),
        "jaw": ParametersChanged({"JawOpen": 0.5}),
    }
    assert told(subscriptions, AvatarLoaded("avtr_1")) == {}


@pytest.mark.parametrize(
    ("message", "patterns"),
    [
        (AvatarLoaded("avtr_1"), ("/avatar/change",)),
        (TrackingChanged((1.0, 2.0, 3.0), (0.0, 0.0, 0.0)), ("/tracking/*",)),
    ],
)
def test_a_pattern_with_a_slash_is_an_address_of_osc(message: Any, patterns: tuple[str, ...]) -> None:
    subscriptions = Subscriptions([("one", patterns), ("other", ("*",))])
    assert told(subscriptions, message) == {"one": message}


def test_the_newest_wish_counts_and_an_empty_one_ends_it() -> None:
    subscriptions = Subscriptions([("avatar", ("*",))])
    subscriptions.put("heart", ("HR",))
    subscriptions.put("heart", ("Jaw*",))
    subscriptions.put("avatar", ("Heart*",))
    assert {address: set(part.values) for address, part in told(subscriptions, HEART).items()} == {
        "heart": {"JawOpen"},
        "avatar": {"HeartOn"},
    }
    subscriptions.put("heart", ())
    assert "heart" not in told(subscriptions, HEART)


def test_strangers_are_bounded_and_displace_nobody_of_the_tree() -> None:
    subscriptions = Subscriptions([("avatar", ("*",))])
    for n in range(MAX_SUBSCRIBERS + 1):
        subscriptions.put(
            f"stranger{n}", (*(f"Nothing{m}" for m in range(MAX_PATTERNS - 1)), "HR", "JawOpen")
        )
    found = told(subscriptions, HEART)
    assert len(found) == 1 + MAX_SUBSCRIBERS
    assert "stranger0" not in found
    assert found["avatar"] is HEART
    assert set(found["stranger1"].values) == {"HR"}  # beyond the most patterns nothing counts


def test_a_listener_subscribes_by_a_message_and_again_after_a_restart(ear: Any) -> None:
    heart = ear.stage.world.probe("heart")

    def newest() -> dict[str, Any]:
        return {
            name: value for changed in heart.of(ParametersChanged) for name, value in changed.values.items()
        }

    ear.stage.world.give(ME, SubscribeParameters(("HR*",)), sender="heart")
    ear.client.send_message("/avatar/parameters/HR", 70)
    ear.client.send_message("/avatar/parameters/JawOpen", 0.5)
    ear.until(lambda: len(ear.values()) == 2)
    assert newest() == {"HR": 70}

    ear.stage.start(Receiver(ear.osc, (("avatar", EVERYTHING),)), ME, 2)
    ear.stage.world.give(ME, SubscribeParameters(("HR*",), "heart"))
    ear.stage.world.give(ME, SubscribeParameters(("HR*",), "heart"))
    ear.client.send_message("/avatar/parameters/HR", 80)
    ear.until(lambda: newest() == {"HR": 80})
    assert ear.values()["HR"] == 80
    assert len([m for m in heart.of(ParametersChanged) if m.values["HR"] == 80]) == 1


def test_the_receiver_knows_nobody_by_itself(stage: Any, make_ear: Any) -> None:
    ear = make_ear()
    stage.start(Receiver(ear.osc), ME, 2)
    stage.world.give(ME, HEART)
    assert stage.avatar.of(ParametersChanged) == []
