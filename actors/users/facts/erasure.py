"""What goes with somebody who is to be forgotten: facts of theirs, about them and naming them; others' words that name
them. Pure.

Of the erased only hashes are known: each word that looks like a name is hashed and looked up."""

from collections.abc import Mapping

import msgspec

from actors.users.facts.fact import Fact, name_id
from actors.users.facts.names import capitalised_in
from actors.vocabulary.values import Interaction, is_erased


def without_erased(facts: tuple[Fact, ...], tombstones: Mapping[str, float]) -> tuple[Fact, ...]:
    """`facts` without what concerns erased people; the same tuple where nothing does. tombstones: epoch seconds of each
    request by `tombstone(user_id)`. What was said after the request stays."""
    if not facts or not tombstones:
        return facts
    kept = tuple(_unheard(fact, tombstones) for fact in facts if not _concerned(fact, tombstones))
    return facts if len(kept) == len(facts) and all(map(_is, kept, facts)) else kept


def without_naming(
    history: tuple[Interaction, ...], tombstones: Mapping[str, float]
) -> tuple[Interaction, ...]:
    """`history` without what names erased people, and was said before the request; the same where nothing does."""
    newest = max(tombstones.values(), default=-1.0)
    kept = tuple(one for one in history if one.at > newest or not _names_erased(one, tombstones))
    return history if len(kept) == len(history) else kept


def _names_erased(said: Interaction, tombstones: Mapping[str, float]) -> bool:
    names = (*capitalised_in(said.detail), *capitalised_in(said.reply))
    return any(is_erased(name_id(name), said.at, tombstones) for name in names)


def _concerned(fact: Fact, tombstones: Mapping[str, float]) -> bool:
    people = dict.fromkeys((fact.source, fact.subject, *fact.names))
    return any(is_erased(one, fact.at, tombstones) for one in people)


def _unheard(fact: Fact, tombstones: Mapping[str, float]) -> Fact:
    """Without the erased among those who heard it."""
    left = tuple(one for one in fact.heard_by if not is_erased(one, fact.at, tombstones))
    return fact if len(left) == len(fact.heard_by) else msgspec.structs.replace(fact, heard_by=left)


def _is(one: Fact, other: Fact) -> bool:
    return one is other
