"""Which person a request to block or unblock means. Pure."""

import msgspec

from actors.users.forget import chosen
from actors.users.state import UsersState, find
from actors.vocabulary.blocks import Block, Blocks, block_of
from actors.vocabulary.values import Person, person_named

GAME_ID = "usr_"


class Blocking(msgspec.Struct, frozen=True):
    """blocks: who is blocked then. who: whom the request means. why_not: why nothing changes."""

    blocks: Blocks
    who: Block | None = None
    why_not: str = ""


def blocked(state: UsersState, name_or_id: str) -> Blocking:
    """Block one person: somebody who was met, or whoever comes under this id or name."""
    given = name_or_id.strip()
    if not given:
        return Blocking(state.blocked, why_not="no name is given")
    if find(state, given):
        selection = chosen(state, given)
        if selection.why_not:
            return Blocking(state.blocked, why_not=selection.why_not)
        people = selection.aliases
    else:
        people = (Person(given, given),) if given.startswith(GAME_ID) else (person_named(given),)
    block = block_of(people)
    return Blocking(state.blocked.adding(block), block)


def unblocked(state: UsersState, name_or_id: str) -> Blocking:
    """Take one person's block back."""
    given = name_or_id.strip()
    found = state.blocked.named(given) or tuple(
        one for user in find(state, given) for one in state.blocked.blocks if one.holds(user.person)
    )
    if len(found) != 1:
        why = "several who are blocked go by it; give the id" if found else "nobody who goes by it is blocked"
        return Blocking(state.blocked, why_not=f"{given[:100]!r}: {why}")
    return Blocking(state.blocked.without(found), found[0])
