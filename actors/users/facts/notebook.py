"""How the facts of one person change: a new one is noted, what it contradicts goes, and of too many the least. Pure."""

import msgspec

from actors.users.facts.fact import FACTS, HEARD_BY, LONGEST, Fact, worth


def noted(facts: tuple[Fact, ...], new: Fact) -> tuple[Fact, ...]:
    """`facts` with `new` as the newest. What the same person said of the same matter before is replaced by it, and the
    same words again count as said once more."""
    new = msgspec.structs.replace(new, text=new.text[:LONGEST])
    same = next((fact for fact in facts if _is_same(fact, new)), None)
    if same is not None:
        heard_by = tuple(dict.fromkeys((*same.heard_by, *new.heard_by)))
        new = msgspec.structs.replace(
            new,
            times=same.times + 1,
            heard_by=heard_by if len(heard_by) <= HEARD_BY else new.heard_by,
            private=same.private or new.private,
        )
    left = (fact for fact in facts if fact is not same and not _contradicts(new, fact))
    return bounded((*left, new), new.at)


def without_fact(facts: tuple[Fact, ...], gone: Fact) -> tuple[Fact, ...]:
    """`facts` without that one."""
    return tuple(fact for fact in facts if fact != gone)


def bounded(facts: tuple[Fact, ...], now: float) -> tuple[Fact, ...]:
    """At most FACTS of them, in their order: those worth least at `now` go, of two alike the older."""
    if len(facts) <= FACTS:
        return facts
    best = sorted(facts, key=lambda fact: (worth(fact, now), fact.at), reverse=True)[:FACTS]
    return tuple(fact for fact in facts if any(fact is kept for kept in best))


def _is_same(fact: Fact, new: Fact) -> bool:
    return _owner(fact) == _owner(new) and fact.text.casefold() == new.text.casefold()


def _contradicts(new: Fact, fact: Fact) -> bool:
    return bool(new.key) and fact.key == new.key and _owner(fact) == _owner(new)


def _owner(fact: Fact) -> tuple[str, str]:
    return fact.source, fact.subject
