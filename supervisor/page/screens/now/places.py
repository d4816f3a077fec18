"""The places of the first screen, and what each shows of the state. A place is drawn anew only when its part of the
state has changed: the level of the microphone comes ten times a second."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from supervisor.page.live.feed import Fragments
from supervisor.page.screens.now.shown import bars, boxes, meter, pieces, seen, speaker, verdict
from supervisor.page.screens.now.state import Exchange, NowState
from supervisor.page.site import Site

Values = Mapping[str, Any]
UNTOLD = {"health": "STARTING", "reason": "", "remedy": "", "off": False}
"""Of a sense of which nothing was told yet."""


class Place(NamedTuple):
    """parts: of the state, that it depends on. values: what its template is given."""

    parts: Callable[[NowState], tuple[object, ...]]
    values: Callable[[NowState], Values]


def template_of(place: str) -> str:
    return f"now/_{place}.html"


def sense(state: NowState, name: str) -> Mapping[str, Any]:
    """How a sense is, as the templates take it."""
    found = state.senses.get(name, UNTOLD)
    return {**found, "state": "disabled" if found["off"] else "running"}


def _ears(state: NowState) -> Values:
    return {"ears": sense(state, "ears"), "deaf": _muted(state, "ears")}


def _voice(state: NowState) -> Values:
    return {"voice": sense(state, "voice"), "mute": _muted(state, "voice")}


def _muted(state: NowState, what: str) -> bool:
    return bool(state.senses.get("muted", {}).get(what, False))


def _level(state: NowState) -> Values:
    loud, peak = meter(state.level)
    return {"loud": loud, "peak": peak, "measured": bool(state.level.at)}


def _heard(state: NowState) -> Values:
    return {"heard": state.heard, "ears": sense(state, "ears")}


def _talk(state: NowState) -> Values:
    return {
        "bot": _name(state),
        "mind": sense(state, "mind"),
        "exchanges": [_exchange(one) for one in state.exchanges],
    }


def _name(state: NowState) -> str:
    return str(state.senses.get("name", "Gerald"))


def _exchange(one: Exchange) -> Values:
    return {
        "turn": one.turn,
        "at": one.at,
        "text": one.text,
        "speaker": speaker(one),
        "pieces": pieces(one),
        "verdict": verdict(one),
        "open": not one.outcome,
    }


def _chatbox(state: NowState) -> Values:
    return {"chatbox": state.chatbox, "game": sense(state, "game")}


def _sight(state: NowState) -> Values:
    return {
        "closed": state.senses.get("closed", ""),
        "eyes": sense(state, "eyes"),
        "sight": state.sight,
        "boxes": boxes(state.sight),
        "seen": seen(state.sight),
    }


def _company(state: NowState) -> Values:
    return {"company": state.company}


def _body(state: NowState) -> Values:
    return {"doing": state.body.now}


def _latency(state: NowState) -> Values:
    return {"bars": bars(state.latencies, state.usual)}


PLACES: Mapping[str, Place] = {
    "level": Place(lambda state: (state.level,), _level),
    "ears": Place(lambda state: (state.senses,), _ears),
    "heard": Place(lambda state: (state.senses, state.heard), _heard),
    "talk": Place(lambda state: (state.senses, state.exchanges), _talk),
    "voice": Place(lambda state: (state.senses,), _voice),
    "chatbox": Place(lambda state: (state.senses, state.chatbox), _chatbox),
    "sight": Place(lambda state: (state.senses, state.sight), _sight),
    "company": Place(lambda state: (state.company,), _company),
    "body": Place(lambda state: (state.body.now,), _body),
    "latency": Place(lambda state: (state.latencies, state.usual), _latency),
}


def values_of(state: NowState) -> Values:
    """What all the templates are given."""
    return {name: value for place in PLACES.values() for name, value in place.values(state).items()}


class Drawing:
    """Draws the places for a feed, for its one thread, and remembers what it drew."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._drawn: dict[tuple[str, bool], tuple[tuple[object, ...], str]] = {}

    def __call__(self, state: NowState, may_act: bool) -> Fragments:
        return {name: self._fragment(name, place, state, may_act) for name, place in PLACES.items()}

    def _fragment(self, name: str, place: Place, state: NowState, may_act: bool) -> str:
        parts = place.parts(state)
        before = self._drawn.get((name, may_act))
        if before is not None and all(map(_same, before[0], parts)):
            return before[1]
        # Its forms need no token of their own: an open page sends that of its session along.
        html = self._site.fragment(template_of(name), may_act=may_act, form_token="", **place.values(state))
        self._drawn[name, may_act] = parts, html
        return html


def _same(before: object, after: object) -> bool:
    return before is after
