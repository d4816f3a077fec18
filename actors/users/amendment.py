"""What the owner corrects in somebody's record: a fact, or what they like and are called. Pure."""

from collections.abc import Mapping

import msgspec

from actors.users.acquaintance import Change, preferred, remembered
from actors.users.facts.erasure import without_erased
from actors.users.facts.fact import LONGEST, STATED, Fact
from actors.users.facts.notebook import noted
from actors.users.facts.telling import Told, told_by
from actors.users.merging import the_one
from actors.users.remembering import names_of
from actors.users.state import UsersState, UserState
from actors.vocabulary.values import UNKNOWN, Person

CALLED = "called"
NAME = "name"  # the kind of a fact such as "call me Mio"
SHOWN = 3  # facts that are named where several are meant


class Amendment(msgspec.Struct, frozen=True):
    """The state then. person: in whose record. before, after: the words, "" after for what was dropped. why_not: why
    nothing changes."""

    change: Change
    person: Person = UNKNOWN
    before: str = ""
    after: str = ""
    why_not: str = ""


def amended(
    state: UsersState, name_or_id: str, what: str, to: str, erased: Mapping[str, float], now: float
) -> Amendment:
    """`what` in the record of one person becomes `to`; "" drops it. what: the words of a fact, or some of them that no
    other fact has; or the key of a preference, such as `called`.

    erased: when whom was forgotten; no fact from before can name them again. now: epoch seconds."""
    user, what, to = the_one(state, name_or_id), " ".join(what.split()), " ".join(to.split())
    if isinstance(user, str):
        return Amendment(Change(state), why_not=user)
    if not what:
        return Amendment(Change(state), user.person, why_not="say which fact: its words, or some of them")
    facts = _meant(user, what)
    key = next((key for key in (CALLED, *user.preferences) if key.casefold() == what.casefold()), "")
    if key and not facts:
        return _prefers(state, user, key, to, now)
    facts = facts or _containing(user, what)
    if len({fact.text for fact in facts}) != 1:
        return Amendment(Change(state), user.person, why_not=_unclear(user, what, facts))
    if len(to) > LONGEST:
        why = f"a fact has at most {LONGEST} characters, and this has {len(to)}"
        return Amendment(Change(state), user.person, why_not=why)
    return _fact(state, user, facts, to, erased)


def _meant(user: UserState, what: str) -> tuple[Fact, ...]:
    return tuple(fact for fact in user.facts if " ".join(fact.text.split()).casefold() == what.casefold())


def _containing(user: UserState, what: str) -> tuple[Fact, ...]:
    return tuple(fact for fact in user.facts if what.casefold() in fact.text.casefold())


def _unclear(user: UserState, what: str, facts: tuple[Fact, ...]) -> str:
    if not facts:
        return f"nothing that is known of {user.display_name} has the words {what[:100]!r}"
    some = ", ".join(repr(fact.text) for fact in facts[:SHOWN])
    return f"{len(facts)} facts have the words {what[:100]!r}; say more of one: {some}"


def _fact(
    state: UsersState, user: UserState, facts: tuple[Fact, ...], to: str, erased: Mapping[str, float]
) -> Amendment:
    """Each of these facts, which have the same words, is changed to the other words or dropped."""
    left = tuple(fact for fact in user.facts if fact not in facts)
    if to:
        new = tuple(_reworded(state, fact, to) for fact in facts)
        if len(without_erased(new, erased)) < len(new):
            why = "it names somebody who was forgotten since it was told"
            return Amendment(Change(state), user.person, why_not=why)
        for fact in new:
            left = noted(left, fact)
    change = remembered(state, user.person, left)
    return Amendment(change, user.person, facts[0].text, to)


def _reworded(state: UsersState, fact: Fact, to: str) -> Fact:
    """The fact in other words: still who said it, when and before whom."""
    told = next(told_by(to, fact.at), None) or Told(to, fact.kind, fact.key, fact.when)
    return msgspec.structs.replace(
        fact,
        text=to,
        kind=told.kind,
        key=told.key,
        when=told.when,
        certainty=max(STATED, fact.certainty),
        names=names_of(state, to, (fact.source, fact.subject)),
    )


def _prefers(state: UsersState, user: UserState, key: str, to: str, now: float) -> Amendment:
    """Another view of a matter. What they are called is in their facts, too, which must not say otherwise."""
    before = user.preferences.get(key, "")
    if not (before or to):
        return Amendment(
            Change(state), user.person, why_not=f"nothing is kept of how {user.display_name} is called"
        )
    change = preferred(state, user.person, key, to, now)
    if key == CALLED:
        left = tuple(fact for fact in user.facts if fact.kind != NAME or fact.source != user.user_id)
        after = remembered(change.state, user.person, left)
        change = Change(after.state, tuple(dict.fromkeys((*change.paths, *after.paths))))
    return Amendment(change, user.person, f"{key}: {before}" if before else key, f"{key}: {to}" if to else "")
