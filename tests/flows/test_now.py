"""What the request `now` tells of an instance: what is known, then everything as it happens, also after restarts."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from supervisor.control.client import stream
from supervisor.demo.instance import DemoInstance
from tests.flows.conftest import Command


def following(home: Path, **fields: Any) -> "closing[Iterator[dict[str, Any]]]":
    return closing(stream(home, {"do": "now", **fields}, 60.0))  # type: ignore[type-var]


def until(events: Iterator[dict[str, Any]], name: str, **fields: Any) -> dict[str, Any]:
    """The next event of this name with these fields."""
    return next(
        one
        for one in events
        if one.get("event") == name and all(one[field] == value for field, value in fields.items())
    )


def test_what_is_known_comes_first_and_once_is_enough_for_a_page(mocked: DemoInstance, home: Path) -> None:
    mocked.call({"do": "talk", "text": "Hello there!", "as": "Mio"})
    with following(home, once=True) as events:
        told = {one["event"]: one for one in events}
    assert told.keys() == {"Senses", "Said", "Active", "Measured", "Present", "Acts", "ChatboxIs"}
    assert next((one["role"], one["person"]["name"]) for one in told["Said"]["is"]) == ("user", "Mio")
    assert told["Senses"]["ears"]["off"]
    assert "computer_vision" in told["Senses"]["closed"]
    assert told["Measured"]["count"] == 1
    assert ["wave", ""] in told["Acts"]["known"]


def test_a_turn_is_told_as_it_happens_also_by_an_actor_that_began_again(
    mocked: DemoInstance, home: Path, supervisor: Command
) -> None:
    with following(home) as events:
        until(events, "Said")
        for name in ("Mio", "Ren"):
            mocked.call({"do": "talk", "text": "Hello there!", "as": name})
            started = until(events, "TurnStarted", text="Hello there!")
            assert started["person"]["name"] == name
            seen = [until(events, what, turn=started["turn"]) for what in ("ReplySentence", "SentenceBegun")]
            assert seen[0]["text"] == seen[1]["text"]
            assert until(events, "ReplyEnded", turn=started["turn"])["outcome"] == "said"
            mocked.call({"do": "kill", "address": "conversation", "wait": True})
            until_watched(events)
        mocked.call(
            {"do": "ask", "address": "users", "type": "ForgetPerson", "message": {"name_or_id": "Mio"}}
        )
        assert until(events, "PersonForgotten")["people"][0]["name"] == "Mio"
        assert "Mio" not in str(until(events, "Said"))


def until_watched(events: Iterator[dict[str, Any]]) -> None:
    """It looks twice a second whether somebody has begun again."""
    for _ in range(2):
        next(one for one in events if not one)


def test_nothing_is_told_to_who_has_left(mocked: DemoInstance, home: Path) -> None:
    with following(home) as events:
        until(events, "Acts")
    mocked.call({"do": "talk", "text": "Hello there!", "as": "Mio"})
    letters = mocked.call({"do": "dead-letters"})["letters"]
    assert [one for one in letters if one["to"].startswith("listener/")] == []
