"""Which facts go with somebody who is to be forgotten: theirs, those about them, and those that name them. Pure."""

from collections.abc import Mapping

import msgspec

from actors.users.facts.fact import Fact
from actors.vocabulary.values import tombstone


def without_erased(facts: tuple[Fact, ...], tombstones: Mapping[str, float]) -> tuple[Fact, ...]:
    """`facts` without what concerns erased people; the same tuple where nothing does. tombstones: epoch seconds of each
    request by `tombstone(user_id)`. What was said after the request stays."""
    if not facts or not tombstones:
        return facts
    kept = tuple(_unheard(fact, tombstones) for fact in facts if not _concerned(fact, tombstones))
    return facts if len(kept) == len(facts) and all(map(_is, kept, facts)) else kept


def _concerned(fact: Fact, tombstones: Mapping[str, float]) -> bool:
    people = dict.fromkeys((fact.source, fact.subject, *fact.names))
    return any(fact.at <= tombstones.get(tombstone(one), -1.0) for one in people)


def _unheard(fact: Fact, tombstones: Mapping[str, float]) -> Fact:
    """Without the erased among those who heard it."""
    left = tuple(one for one in fact.heard_by if fact.at > tombstones.get(tombstone(one), -1.0))
    return fact if len(left) == len(fact.heard_by) else msgspec.structs.replace(fact, heard_by=left)


def _is(one: Fact, other: Fact) -> bool:
    return one is other
