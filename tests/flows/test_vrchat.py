"""Gerald with VRChat's double: real sockets, real OSCQuery, a real log and a real file of the avatar."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from actors.osc.query.discovery import interface_towards
from supervisor.demo.instance import DemoInstance, free_port
from supervisor.demo.vrchat.avatar import CRATE, FOX
from supervisor.demo.vrchat.game import VRChat
from supervisor.demo.vrchat.query import LOOPBACK
from tests.doubles.mdns import alone_on_the_network
from tests.flows.conftest import Command

NAME = "VRChat-Client-F10E57"
PATIENCE = 30.0


class Met:
    """A game, and Gerald beside it, which has found it."""

    def __init__(self, game: VRChat, gerald: DemoInstance) -> None:
        self.game, self.gerald = game, gerald

    def said(self, address: str) -> tuple[str, str]:
        """Health and reason of an actor."""
        rows = self.gerald.call({"do": "status"})["actors"]
        row = next(row for row in rows if row["address"] == address)
        return row["health"], row["reason"]

    def avatar(self) -> dict[str, Any]:
        """By name, with what is listed of each."""
        found = self.gerald.call({"do": "avatar"})
        return {**found, "parameters": {row["name"]: row for row in found["parameters"]}}

    def until(self, holds: Callable[[], object]) -> object:
        """The first answer that holds; looked at again and again."""
        pause = self.game.wait
        for _ in range(round(PATIENCE / 0.1)):
            if found := holds():
                return found
            pause(lambda: False, 0.1)
        raise AssertionError(f"waited in vain; {[self.said(f'osc.{one}') for one in ('query', 'game')]}")

    def tell(self, address: str, kind: str, **message: object) -> None:
        """As `supervisor tell` does."""
        self.gerald.call({"do": "tell", "address": address, "type": kind, "message": message})


@pytest.fixture
def met(home: Path) -> Iterator[Met]:
    with alone_on_the_network():
        default = free_port()
        game = VRChat(home / "game", sends_to=default, interface=interface_towards(LOOPBACK), name=NAME)
        with game:
            settings = (
                f"osc.input_port={default}",
                f"osc.output_port={game.port}",
                "osc.query=on",
                f"vrchat.log_directory={game.folder}",
                f"osc.avatar_folder={game.folder / 'OSC'}",
                "llm.mock_responses=true",
                "behaviour.idle=0",
                'osc.parameters={"Head*": {"zone": "the head"}}',
            )
            with DemoInstance(home, settings, {}, "--text") as gerald:
                yield Met(game, gerald)


def test_gerald_meets_the_game_knows_its_avatar_and_says_when_nobody_hears_it(
    met: Met, supervisor: Command
) -> None:
    game = met.game
    met.until(lambda: met.avatar()["source"] == f"OSCQuery of {NAME}")
    listed = met.avatar()
    assert listed["avatar"] == FOX.avatar_id
    assert listed["parameters"]["HandPose"]["access"] == "read+write"
    assert "HeadPat" in supervisor("avatar")

    met.tell("osc.sender", "SetParameter", name="HandPose", value=2.6)
    met.tell("osc.sender", "SetParameter", name="Wings", value=True)
    assert game.wait(lambda: game.values["HandPose"] == 3)
    met.until(lambda: "cannot be written: Wings" in met.said("osc.sender")[1])
    assert game.refused == []
    met.until(lambda: met.avatar()["parameters"]["HandPose"]["value"] == 3)

    game.mute(True)
    game.touch("HeadPat")
    touched = met.until(lambda: met.gerald.call({"do": "status"})["touch"])
    assert isinstance(touched, dict)
    assert touched["where"] == "the head"
    met.tell("osc.game", "PlaybackStarted", turn=1, at=0.0)  # as the speaker does, which text mode has not
    met.until(lambda: met.said("osc.game")[0] == "DEGRADED")
    assert "nobody hears Gerald" in met.said("osc.game")[1]
    game.mute(False)
    met.until(lambda: met.said("osc.game") == ("OK", ""))

    supervisor("config", "set", "osc.unmute", "true")
    game.mute(True)
    assert game.wait(lambda: game.peer.inputs.get("/input/Voice") == 0.0 and game.values["MuteSelf"] is False)

    game.load(CRATE)
    met.until(lambda: met.avatar()["avatar"] == CRATE.avatar_id and met.avatar()["parameters"])
    met.until(lambda: "HandPose" not in met.avatar()["parameters"])
