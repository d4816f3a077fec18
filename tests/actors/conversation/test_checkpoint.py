"""A replay goes on from a checkpoint of a version in which the conversation's actor held all of this by itself."""

from functools import reduce
from typing import Any

import msgspec

from actors.conversation.conversation import Conversation
from actors.conversation.messages import WatchTurns
from actors.kernel.checkpoint import taken
from actors.llm.messages import SentenceReady
from actors.speech.messages import TranscriptReady
from actors.world.messages import WhoIsHere
from config.schema import Bot, Speech
from supervisor.replay.incarnation import ReplayedIncarnation
from supervisor.trace.checkpoint_json import CheckpointEncoder
from supervisor.trace.records import CheckpointLine, StartedLine
from tests.actors.conversation.room import ALONE, Room

FORMERLY = ("_ahead", "_audience", "_voice", "_voiced", "_drafts", "_growth", "_unheard", "_bot", "_speech")
PARTS = ("_input", "_reply", "bot", "speech")


def shown(values: Any) -> dict[str, Any]:
    """As it is read from a trace."""
    encoder = CheckpointEncoder()
    written = msgspec.json.encode({name: encoder.value(value) for name, value in values})
    return msgspec.json.decode(written, type=dict[str, Any])


def in_mid_reply() -> Conversation:
    room = Room()
    room.give(WatchTurns("listener"), TranscriptReady("How are you?", 10.0, 11.0, 0.4, 0.1))
    room.answer("world", WhoIsHere, ALONE)
    room.give(SentenceReady(room.actor.state.turn, 0, "Fine."))
    room.actor._reply.voiced = False
    return room.actor


class Held:
    """Something with these attributes."""

    def __init__(self, attributes: dict[str, Any]) -> None:
        vars(self).update(attributes)


def test_what_the_actor_held_goes_to_the_parts_that_own_it_today() -> None:
    actor = in_mid_reply()
    today = Conversation.former_attributes
    former = {name: reduce(getattr, today[name].split("."), actor) for name in FORMERLY}
    again = Conversation(Bot(name="Someone else"), Speech())
    started = StartedLine(address="conversation", incarnation=1, node="", arguments={}, seed="", wall=0.0)
    kept = shown(taken(Held(former)))  # type: ignore[arg-type]
    line = CheckpointLine(address="conversation", incarnation=1, wall=0.0, kept=kept, pending=[], timers=[])
    ReplayedIncarnation(again, started).resume(line)
    before, after = (dict(shown((n, v) for n, v in taken(one) if n in PARTS)) for one in (actor, again))
    assert after == before
    assert again._reply.audience.watchers == ("listener",)
    assert again._input.growth.turn == actor.state.turn
    assert set(vars(again)) == set(vars(actor)) | {"context"}
