"""What the first screen shows, as a value; the events of the request `now` are folded into it. Pure.

Everything has its limit, whatever comes. Times are epoch seconds."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

EXCHANGES = 10
TURNS = 8
"""How many turns the latencies are shown of."""
SENTENCES = 40
LONGEST = 2000
"""Characters of anything that is said."""
PEOPLE = 100
UNKNOWN = "unknown"


class Level(msgspec.Struct, frozen=True):
    """How loud the microphone's sound is: RMS and peak, in [0, 1]."""

    level: float = 0.0
    peak: float = 0.0
    at: float = 0.0


class Heard(msgspec.Struct, frozen=True):
    """What somebody says who began to speak at `since`. speaks: they have not finished."""

    since: float = 0.0
    text: str = ""
    speaks: bool = False


class Exchange(msgspec.Struct, frozen=True):
    """One turn. text: what was said, "" where Gerald spoke first. certainty: that it was `person`, in [0, 1].

    sentences: of the reply, as they were handed on; begun: how many of them began to be heard or were shown. outcome:
    said, cancelled, failed or ignored, "" while it goes on. heard: of the reply, known when it is over. detail: why."""

    turn: int
    text: str = ""
    person: str = ""
    user_id: str = UNKNOWN
    certainty: float = 1.0
    sentences: tuple[str, ...] = ()
    begun: int = 0
    outcome: str = ""
    heard: str = ""
    detail: str = ""
    at: float = 0.0

    @property
    def known(self) -> bool:
        """Whether it is known who said it."""
        return self.user_id != UNKNOWN


class Latency(msgspec.Struct, frozen=True):
    """What the stages of a turn took, in seconds, and when they were reached."""

    turn: int
    seconds: Mapping[str, float] = {}
    reached: Mapping[str, float] = {}


class Usual(msgspec.Struct, frozen=True):
    """The median of what each stage took, in seconds, over the last of so many turns."""

    turns: int = 0
    seconds: Mapping[str, float] = {}


class Chatbox(msgspec.Struct, frozen=True):
    """What VRChat shows above Gerald's head. at: 0 for nothing yet."""

    text: str = ""
    at: float = 0.0
    typing: bool = False
    waiting: int = 0


class Company(msgspec.Struct, frozen=True):
    """Who is here, by name, and where that is."""

    people: tuple[str, ...] = ()
    world: str = ""


class Body(msgspec.Struct, frozen=True):
    """known: every act, with why it cannot be done now. now: what is done, with the reason."""

    known: tuple[tuple[str, str], ...] = ()
    now: tuple[tuple[str, str], ...] = ()


class Sight(msgspec.Struct, frozen=True):
    """What the eyes see. at: of the picture, 0 for none yet. sights: as `look` tells them."""

    at: float = 0.0
    width: int = 0
    height: int = 0
    sights: tuple[Mapping[str, Any], ...] = ()
    moving: bool = False


class NowState(msgspec.Struct, frozen=True):
    """senses: as the event tells them, {} before the first. exchanges: the newest last."""

    senses: Mapping[str, Any] = {}
    level: Level = Level()
    heard: Heard = Heard()
    exchanges: tuple[Exchange, ...] = ()
    latencies: tuple[Latency, ...] = ()
    usual: Usual = Usual()
    chatbox: Chatbox = Chatbox()
    company: Company = Company()
    body: Body = Body()
    sight: Sight = Sight()


def fold(state: NowState, event: Mapping[str, Any]) -> NowState:
    """The state after an event; `state` itself where it changes nothing, or is not known."""
    change = _CHANGES.get(str(event.get("event")))
    return change(state, event) if change is not None else state


def exchange(state: NowState, turn: int) -> Exchange | None:
    """The exchange of this turn, if it is shown."""
    return next((one for one in reversed(state.exchanges) if one.turn == turn), None)


# -- what is heard


def _senses(state: NowState, event: Mapping[str, Any]) -> NowState:
    """Of ears that hear nothing no level is told any more, and the last one is not of now."""
    hears = event.get("ears", {}).get("health") in ("OK", "DEGRADED")
    return replace(state, senses=event, level=state.level if hears else Level())


def _level(state: NowState, event: Mapping[str, Any]) -> NowState:
    return replace(state, level=Level(event["level"], event["peak"], event["at"]))


def _words(state: NowState, event: Mapping[str, Any]) -> NowState:
    """What goes on without new words keeps those of before."""
    before, text = state.heard, event["text"][:LONGEST]
    if not text and before.since == event["started_at"] and not event["final"]:
        text = before.text
    return replace(state, heard=Heard(event["started_at"], text, not event["final"]))


# -- what is said


def _turn(state: NowState, event: Mapping[str, Any]) -> NowState:
    person = event["person"]
    begun = Exchange(
        event["turn"],
        event["text"][:LONGEST],
        person["name"],
        person["user_id"],
        event["certainty"],
        at=event.get("at", 0.0),
    )
    return _put(state, begun)


def _sentence(state: NowState, event: Mapping[str, Any]) -> NowState:
    one = exchange(state, event["turn"])
    if one is None or len(one.sentences) >= SENTENCES:
        return state
    return _put(state, replace(one, sentences=(*one.sentences, event["text"][:LONGEST])))


def _begun(state: NowState, event: Mapping[str, Any]) -> NowState:
    one = exchange(state, event["turn"])
    return state if one is None else _put(state, replace(one, begun=max(one.begun, event["sentence"] + 1)))


def _ended(state: NowState, event: Mapping[str, Any]) -> NowState:
    one = exchange(state, event["turn"])
    if one is None:
        return state
    ended = replace(one, outcome=event["outcome"], heard=event["text"][:LONGEST], detail=event["detail"])
    return _put(state, ended)


def _put(state: NowState, one: Exchange) -> NowState:
    """In place of what was known of that turn."""
    others = [other for other in state.exchanges if other.turn != one.turn]
    ordered = sorted((*others, one), key=lambda each: each.turn)
    return replace(state, exchanges=tuple(ordered[-EXCHANGES:]))


def _said(state: NowState, event: Mapping[str, Any]) -> NowState:
    """What the conversation remembers. What it does not is not shown either: somebody may have been forgotten.

    Of a turn that was followed more is known than it remembers."""
    known = {one.turn: one for one in state.exchanges if one.outcome}
    remembered: dict[int, Exchange] = {}
    for said in event["is"] or ():
        turn = said["turn"]
        remembered[turn] = _remembered(remembered.get(turn, Exchange(turn, outcome="said")), said)
    kept = [known.get(turn, one) for turn, one in sorted(remembered.items())]
    return replace(state, exchanges=tuple(kept[-EXCHANGES:]))


def _remembered(one: Exchange, said: Mapping[str, Any]) -> Exchange:
    text = said["text"][:LONGEST]
    if said["role"] == "assistant":
        return replace(one, sentences=(text,), begun=1, heard=text, at=one.at or said["at"])
    person = said["person"]
    return replace(one, text=text, person=person["name"], user_id=person["user_id"], at=said["at"])


def _active(state: NowState, event: Mapping[str, Any]) -> NowState:
    """The turn that was under way when it was asked."""
    active = event["is"]
    if not active:
        return state
    said = tuple(text[:LONGEST] for text in active["said"][:SENTENCES])
    person = active["person"]
    one = Exchange(
        active["turn"],
        active["text"][:LONGEST],
        person["name"],
        person["user_id"],
        active["certainty"],
        said,
        active["begun"] if active["voiced"] else len(said),
        at=active["started_at"],
    )
    return _put(state, one)


def _forgotten(state: NowState, event: Mapping[str, Any]) -> NowState:
    """Nothing of them is shown any more; what the conversation still remembers follows."""
    gone = {one["user_id"] for one in event["people"]}
    kept = tuple(one for one in state.exchanges if one.user_id not in gone)
    return replace(state, exchanges=kept, heard=Heard(), chatbox=Chatbox())


# -- around it


def _stage(state: NowState, event: Mapping[str, Any]) -> NowState:
    turn, stage = event["turn"], event["stage"]
    before = next((one for one in state.latencies if one.turn == turn), Latency(turn))
    after = Latency(turn, {**before.seconds, stage: event["seconds"]}, {**before.reached, stage: event["at"]})
    others = (one for one in state.latencies if one.turn != turn)
    ordered = sorted((*others, after), key=lambda one: one.turn)
    return replace(state, latencies=tuple(ordered[-TURNS:]))


def _measured(state: NowState, event: Mapping[str, Any]) -> NowState:
    return replace(state, usual=Usual(event.get("count", 0), event.get("stages", {})))


def _chatbox(state: NowState, event: Mapping[str, Any]) -> NowState:
    shown = Chatbox(event["text"][:LONGEST], event["at"], event["typing"], event["waiting"])
    return replace(state, chatbox=shown)


def _present(state: NowState, event: Mapping[str, Any]) -> NowState:
    names = tuple(one["name"] for one in event["people"][:PEOPLE])
    return replace(state, company=Company(names, event["world"]))


def _acts(state: NowState, event: Mapping[str, Any]) -> NowState:
    known, now = (tuple((name, why) for name, why in event[what]) for what in ("known", "now"))
    return replace(state, body=Body(known, now))


def _looked(state: NowState, event: Mapping[str, Any]) -> NowState:
    sights = tuple(event["sights"])
    return replace(
        state,
        sight=Sight(event["pictured_at"], event["width"], event["height"], sights, event["moving"]),
    )


_CHANGES: Mapping[str, Callable[[NowState, Mapping[str, Any]], NowState]] = {
    "Senses": _senses,
    "SoundLevel": _level,
    "WordsHeard": _words,
    "TurnStarted": _turn,
    "ReplySentence": _sentence,
    "SentenceBegun": _begun,
    "ReplyEnded": _ended,
    "Said": _said,
    "Active": _active,
    "PersonForgotten": _forgotten,
    "StageReached": _stage,
    "Measured": _measured,
    "ChatboxIs": _chatbox,
    "Present": _present,
    "Acts": _acts,
    "Looked": _looked,
}
