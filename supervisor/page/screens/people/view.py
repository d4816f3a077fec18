"""People as the page shows them: plain words for each place of a template. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec

from actors.users.acquaintance import faded
from actors.users.facts.days import day_name
from actors.users.facts.fact import STATED, Fact, worth
from actors.users.state import UserState
from config.format import count, moment

CLOSENESS = ((0.5, "a good friend"), (0.25, "a friend"), (0.1, "well known"), (0.03, "an acquaintance"))
DAY = 86400.0
_SPANS = ((DAY, "day"), (3600.0, "hour"), (60.0, "minute"))


class FactView(msgspec.Struct, frozen=True):
    """A fact as it is read. circumstances: who said it, before whom, how certain it is. when: it was said."""

    text: str
    when: str
    circumstances: str
    of: str = ""


class PersonView(msgspec.Struct, frozen=True):
    """One person. about: terms and what they are. own, by_others, of_others: facts. said: the interactions, newest
    first. query: what names the person in an address."""

    id: str
    name: str
    query: str
    about: tuple[tuple[str, str], ...]
    own: tuple[FactView, ...]
    by_others: tuple[FactView, ...]
    of_others: tuple[FactView, ...]
    called: str
    preferences: tuple[tuple[str, str], ...]
    habits: tuple[tuple[str, int], ...]
    said: tuple[Mapping[str, str], ...]
    blocked: bool
    here: bool
    named_only: bool


def row_view(
    row: Mapping[str, Any], here: frozenset[str], friends: frozenset[str], now: float
) -> dict[str, Any]:
    """A line of the list, of what the request `people` answers. here, friends: ids; friends who are elsewhere."""
    return {
        **row,
        "known": closeness(row["relationship"]),
        "level": round(row["relationship"], 2),
        "last": ago(row["last_seen"], now),
        "last_at": moment(row["last_seen"], "minutes") if row["last_seen"] else "",
        "here": row["user_id"] in here,
        "friend": row["user_id"] in friends,
        "query": urlencode({"id": row["user_id"]}),
    }


def person_view(
    user: UserState, told: Sequence[Fact], row: Mapping[str, Any], *, here: bool, voice_kept: bool, now: float
) -> PersonView:
    """told: what they told of others. row: of the list. now: epoch seconds."""
    best = sorted(user.facts, key=lambda fact: worth(fact, now), reverse=True)
    return PersonView(
        user.user_id,
        user.display_name,
        urlencode({"id": user.user_id}),
        tuple(_about(user, row, voice_kept=voice_kept, now=now)),
        tuple(fact_view(fact) for fact in best if fact.source == user.user_id),
        tuple(fact_view(fact) for fact in best if fact.source != user.user_id),
        tuple(fact_view(fact) for fact in told),
        user.preferences.get("called", ""),
        tuple((key, value) for key, value in user.preferences.items() if key != "called"),
        tuple(_habits(user)),
        tuple(
            {"when": moment(one.at, "minutes"), "kind": one.kind, "detail": one.detail, "reply": one.reply}
            for one in reversed(user.interaction_history)
        ),
        bool(row["blocked"]),
        here,
        user.is_named_only,
    )


def fact_view(fact: Fact) -> FactView:
    """A fact with its circumstances in words."""
    heard = len(fact.heard_by)
    parts = (
        fact.kind,
        "promised by Gerald" if fact.source == "self" else "",
        f"said by {fact.source_name or fact.source}" if fact.source not in ("self", fact.subject) else "",
        f"in turn {fact.turn}" if fact.turn else "",
        f"for {day_name(fact.when)}" if fact.when else "",
        f"before {count(heard, 'other')}" if heard else "alone",
        "in confidence" if fact.private else "",
        "not for sure" if fact.certainty < STATED else "",
        f"{fact.times} times" if fact.times > 1 else "",
    )
    of = "" if fact.is_of_who_said_it else fact.subject
    return FactView(fact.text, moment(fact.at, "minutes"), ", ".join(filter(None, parts)), of)


def closeness(level: float) -> str:
    """How well somebody is known, in words. level: in [0, 1]."""
    return next((words for least, words in CLOSENESS if level >= least), "hardly known")


def ago(at: float, now: float) -> str:
    """How long ago it was, in its largest unit; "never" for 0."""
    if not at:
        return "never"
    unit = next(((span, name) for span, name in _SPANS if now - at >= span), None)
    return f"{count(int((now - at) // unit[0]), unit[1])} ago" if unit else "just now"


def _about(
    user: UserState, row: Mapping[str, Any], *, voice_kept: bool, now: float
) -> Iterator[tuple[str, str]]:
    level = faded(user, now)
    yield "How well", f"{closeness(level)} ({level:.2f} of 1)"
    if user.also_called:
        yield "Also called", ", ".join(user.also_called)
    yield "Account", "none is known: only the name" if user.is_named_only else user.user_id
    yield "First met", moment(user.met_at, "minutes")
    yield "Last met", f"{moment(user.last_seen, 'minutes')}, {ago(user.last_seen, now)}"
    talked = ago(user.talked_at, now)
    yield "Talked", f"on {count(user.talk_days, 'day')}, last {talked}" if user.talked_at else "never"
    yield "Usual mood", _mood(user)
    yield "Voice", "how it sounds is kept, encrypted, to know it again" if voice_kept else "not kept"
    if row["blocked"]:
        yield "Blocked", "not answered, not greeted, and nothing more is remembered"


def _mood(user: UserState) -> str:
    felt = user.emotional_baseline
    tone = "cheerful" if felt.valence > 0.1 else "downcast" if felt.valence < -0.1 else "even"
    return f"{tone} (valence {felt.valence:+.2f}, arousal {felt.arousal:+.2f})"


def _habits(user: UserState) -> Iterable[tuple[str, int]]:
    most = sorted(user.conversation_patterns, key=lambda pattern: pattern.count, reverse=True)
    return (
        (pattern.kind.replace("topic:", "about ").replace("hours:", "at hours "), pattern.count)
        for pattern in most
    )
